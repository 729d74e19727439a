//! Whole trainings, step by step, as `tests/golden/training/mlp.py` recorded them with PyTorch
//! 2.15.

use super::*;

const FILE: &str = include_str!("../../../../../tests/golden/training/mlp_breast_cancer.json");
const CSV: &str = include_str!("../../../../examples/data/breast_cancer.csv");

/// The data, standardized with the population's standard deviation, in the file's split.
struct Recorded {
    file: Value,
    train: (Vec<f64>, Vec<u32>),
    test: (Vec<f64>, Vec<u32>),
}

const SHAPE: Shape = Shape { n_features: 30, outputs: Outputs::Classes(2) };

impl Recorded {
    fn read() -> Self {
        let file = golden(FILE);
        let mut lines = CSV.lines();
        let header: Vec<&str> = lines.next().unwrap().split(',').collect();
        assert_eq!(header.len(), 31, "30 features and the target");
        let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
        let n = rows.len() as f64;
        let mut x = vec![0.0; rows.len() * 30];
        for j in 0..30 {
            let column: Vec<f64> = rows.iter().map(|row| row[j].parse().unwrap()).collect();
            let mean = column.iter().sum::<f64>() / n;
            let squares: f64 = column.iter().map(|v| (v - mean) * (v - mean)).sum();
            let deviation = (squares / n).sqrt();
            for (i, v) in column.iter().enumerate() {
                x[i * 30 + j] = (v - mean) / deviation;
            }
        }
        let y: Vec<u32> = rows.iter().map(|row| u32::from(is_benign(row[30]))).collect();
        let test: Vec<usize> = indices(&file["test"]);
        let pick = |is_test: bool| {
            let chosen = || (0..y.len()).filter(|i| test.contains(i) == is_test);
            let x = chosen().flat_map(|i| x[i * 30..(i + 1) * 30].to_vec()).collect();
            (x, chosen().map(|i| y[i]).collect())
        };
        Self { train: pick(false), test: pick(true), file }
    }

    fn data(&self) -> Data<'_, f64> {
        fn batch((x, y): &(Vec<f64>, Vec<u32>)) -> Batch<'_, f64> {
            Batch { x, target: Target::Classes(y), weights: None }
        }
        Data {
            shape: SHAPE,
            train: batch(&self.train),
            validation: Some(batch(&self.test)),
            metric: None,
        }
    }

    fn network(&self, bias: Role) -> Network<f64> {
        let weights = [numbers(&self.file["w0"]), numbers(&self.file["w1"])];
        Network::new(&[30, 16, 2], &weights, bias)
    }

    fn run(&self, network: &mut Network<f64>, plan: &Plan) -> Trained<f64> {
        let order = |epoch: u64| indices(&self.file["order"][epoch as usize]);
        let built = plan.build().unwrap();
        let order = Order::given(order);
        train_in_order(network, &self.data(), built, RUN(1), &order, &mut go_on).unwrap()
    }
}

fn is_benign(label: &str) -> bool {
    ["1", "benign"].contains(&label)
}

fn indices(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|i| i.as_u64().unwrap() as usize).collect()
}

/// The plan of a recorded run.
fn plan_of(run: &Value) -> Plan {
    let extras = &run["extras"];
    let size = if run["batch"].is_null() { &json!("full") } else { &run["batch"] };
    let mut training = json!({ "epochs": run["epochs"], "batch_size": size });
    for name in ["clip_norm", "clip_value", "accumulate"] {
        if let Some(value) = extras.get(name) {
            training[name] = value.clone();
        }
    }
    let mut optimizer = run["settings"].clone();
    optimizer["type"] = run["optimizer"].clone();
    let mut plan = plan(json!({ "optimizer": optimizer, "training": training }));
    if let Some(schedule) = extras.get("schedule") {
        plan.schedule = Choice::new(schedule[0].as_str().unwrap());
        plan.schedule.settings = schedule[1].as_object().unwrap().clone();
    }
    for (extra, stage, setting) in [
        ("l1", "l1", "strength"),
        ("l2", "l2", "strength"),
        ("smoothing", "label_smoothing", "epsilon"),
    ] {
        if let Some(value) = extras.get(extra) {
            plan.regularization.push(Choice::new(stage).with(setting, value.clone()));
        }
    }
    plan
}

/// Losses to 1e-12 and weights to 1e-11.
#[test]
fn trainings_are_those_of_pytorch_step_by_step() {
    let recorded = Recorded::read();
    for run in recorded.file["runs"].as_array().unwrap() {
        let name = run["name"].as_str().unwrap();
        let l1 = run["extras"].get("l1").and_then(Value::as_f64);
        // PyTorch's weight decay spares no biases; its L1, written by hand, did.
        let bias = if l1.is_some() { Role::Bias } else { Role::Weight };
        let mut network = recorded.network(bias);
        let trained = recorded.run(&mut network, &plan_of(run));
        let seen = network.seen.iter().map(|(loss, sum)| loss + l1.unwrap_or(0.0) * sum);
        let losses: Vec<f64> = seen.collect();
        let every = run["every"].as_u64().unwrap() as usize;
        let kept: Vec<f64> = losses.iter().copied().step_by(every).collect();
        close(&kept, &numbers(&run["losses"]), 1e-12, name);
        close(&losses[losses.len() - 1..], &[run["last_loss"].as_f64().unwrap()], 1e-12, name);
        let tests: Vec<f64> = trained.reports.iter().filter_map(|r| r.validation_loss).collect();
        close(&tests[tests.len() - 2..], &numbers(&run["test_losses"]), 1e-12, name);
        let params = &trained.point.params;
        close(&params[..30], &numbers(&run["first_weights"]), 1e-11, name);
        close(&sums(params, |p| p), &numbers(&run["sums"]), 1e-11, name);
        close(&sums(params, |p| p * p), &numbers(&run["squares"]), 1e-11, name);
    }
}

/// Over the blocks of a network of 30, 16 and 2 units.
fn sums(params: &[f64], of: fn(f64) -> f64) -> Vec<f64> {
    let sum = |range: std::ops::Range<usize>| params[range].iter().map(|p| of(*p)).sum();
    vec![sum(0..480), sum(480..496), sum(496..528), sum(528..530)]
}

/// Keras' `EarlyStopping` as the file describes it.
#[test]
fn early_stopping_is_that_of_keras() {
    let recorded = Recorded::read();
    let expected = &recorded.file["early_stopping"];
    let plan = plan(json!({
        "optimizer": { "type": "adam", "learning_rate": 0.01 },
        "training": { "epochs": 200, "batch_size": 32 },
        "regularization": [{
            "type": "early_stopping",
            "patience": expected["patience"],
            "min_delta": expected["min_delta"],
        }],
    }));
    let trained = recorded.run(&mut recorded.network(Role::Bias), &plan);
    assert_eq!(trained.ended, Ended::Stopped);
    let losses: Vec<f64> = trained.reports.iter().filter_map(|r| r.validation_loss).collect();
    close(&losses, &numbers(&expected["losses"]), 1e-11, "validation losses");
    assert_eq!(trained.best.as_ref().unwrap().epoch, expected["best"].as_u64().unwrap() + 1);
    let sums = sums(&trained.point.params, |p| p);
    close(&sums, &numbers(&expected["best_sums"]), 1e-11, "the best epoch's parameters");
}

/// The one minimum of softmax regression with L2, found by SciPy's BFGS to slopes of 3e-10.
#[test]
fn line_searches_find_the_minimum_of_a_convex_problem() {
    let recorded = Recorded::read();
    let expected = &recorded.file["convex"];
    for (optimizer, epochs, tolerance, loss_tolerance) in [
        (
            json!({ "type": "lbfgs", "tolerance_change": 1e-16, "tolerance_gradient": 1e-9 }),
            500,
            1e-6,
            1e-12,
        ),
        (json!({ "type": "gradient_descent", "tolerance_gradient": 1e-5 }), 20_000, 2e-3, 3e-7),
    ] {
        let plan = plan(json!({
            "optimizer": optimizer,
            "training": { "epochs": epochs },
            "regularization": [{ "type": "l2", "strength": expected["l2"] }],
        }));
        let mut network = Network::new(&[30, 2], &[], Role::Weight);
        let data = Data { validation: None, ..recorded.data() };
        let trained = train(&mut network, &data, &plan, RUN(1), &mut go_on).unwrap();
        assert_eq!(trained.ended, Ended::Converged);
        let last = trained.reports.last().unwrap();
        let loss = expected["loss"].as_f64().unwrap();
        close(&[last.train_loss + last.penalty], &[loss], loss_tolerance, "loss");
        close(&trained.point.params, &numbers(&expected["params"]), tolerance, "parameters");
    }
}
