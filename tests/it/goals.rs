//! Several objectives and output constraints, from the file to the report.

use serde_json::{Value, json};

use crate::support::{Bench, STUDY};
use crate::talk::Talk;

/// A grid over the irises' support-vector machine.
const GRID: &str = "\
search:
  sampler: { type: grid }
  space:
    model.params.C: [0.01, 0.1, 1, 10, 100, 1000]
    model.params.gamma: [0.0001, 0.01, 1]
";

/// The study of the irises over that grid, with this in place of its metric.
fn bench(goals: &str) -> Bench {
    let text = STUDY.replace("metric: accuracy", goals);
    Bench::with(&(text.split("search:\n").next().unwrap().to_owned() + GRID))
}

const TWO: &str = "objectives: [accuracy, f1_macro]";

/// The finished trials of a run: number, objectives, constraints.
fn measured(shown: &Value) -> Vec<(u64, Vec<f64>, Vec<f64>)> {
    let numbers = |value: &Value| -> Vec<f64> {
        value.as_array().into_iter().flatten().map(|x| x.as_f64().unwrap()).collect()
    };
    let trial = |trial: &Value| {
        let outcome = &trial["outcome"];
        let value = outcome["value"].as_f64().unwrap();
        let objectives = [vec![value], numbers(&outcome["others"])].concat();
        (trial["trial"].as_u64().unwrap(), objectives, numbers(&outcome["constraints"]))
    };
    shown["all"].as_array().unwrap().iter().map(trial).collect()
}

fn show(bench: &Bench) -> Value {
    serde_json::from_str(&bench.ok(&["show", "study-1", "--json"])).unwrap()
}

#[test]
fn two_objectives_give_a_pareto_front_and_a_refit_of_the_best_by_the_first() {
    let bench = bench(TWO);
    let said = bench.ok(&["run", "study.yaml"]);
    let shown = show(&bench);
    let trials = measured(&shown);
    assert_eq!(trials.len(), 18);
    // On the front: no other trial has at least that accuracy and F1, unless equal.
    let beats = |a: &[f64], b: &[f64]| a[0] >= b[0] && a[1] >= b[1] && a != b;
    let front: Vec<u64> = trials
        .iter()
        .filter(|(_, a, _)| !trials.iter().any(|(_, b, _)| beats(b, a)))
        .map(|(number, ..)| *number)
        .collect();
    assert_eq!(shown["pareto_front"], serde_json::json!(front));
    assert!((1..18).contains(&front.len()), "{front:?}");
    let count = if front.len() == 1 { "1 trial".into() } else { format!("{} trials", front.len()) };
    assert!(said.contains(&format!("Pareto front of accuracy and f1_macro: {count}\n")), "{said}");
    let best = trials.iter().map(|(_, objectives, _)| objectives[0]).fold(0.0, f64::max);
    assert_eq!(shown["best"]["outcome"]["value"], best);
    let refitted = format!("the best by accuracy, of trial {}\n", shown["best"]["trial"]);
    assert!(said.contains(&refitted), "{said}");
}

/// One fit serves all metrics, so what is measured beside the first objective changes it in no bit.
#[test]
fn the_first_objective_is_what_it_is_alone() {
    let alone = bench("metric: accuracy");
    alone.ok(&["run", "study.yaml", "--quiet"]);
    let more = bench(&format!("{TWO}\n  constraints: [{{metric: balanced_accuracy, min: 0.9}}]"));
    more.ok(&["run", "study.yaml", "--quiet"]);
    let (alone, more) = (show(&alone), show(&more));
    let firsts = |shown: &Value| -> Vec<Value> {
        let trials = shown["all"].as_array().unwrap().iter();
        trials.map(|t| serde_json::json!([t["reports"], t["outcome"]["value"]])).collect()
    };
    assert_eq!(firsts(&alone), firsts(&more));
    assert_eq!(alone["test_score"], more["test_score"]);
    assert!(alone["all"][0]["outcome"].get("others").is_none(), "{}", alone["all"][0]);
}

#[test]
fn a_constraint_puts_feasible_trials_first_and_marks_the_others() {
    let bench = bench("metric: accuracy\n  constraints: [{metric: f1_macro, max: 0.94}]");
    let said = bench.ok(&["run", "study.yaml"]);
    let shown = show(&bench);
    let trials = measured(&shown);
    let (feasible, infeasible): (Vec<_>, Vec<_>) = trials.iter().partition(|t| t.2[0] <= 0.0);
    assert!(!feasible.is_empty() && !infeasible.is_empty());
    let best_of = |of: &[&(u64, Vec<f64>, Vec<f64>)]| of.iter().map(|t| t.1[0]).fold(0.0, f64::max);
    // The constraint costs accuracy, or it would not tell whether it is heeded.
    assert!(best_of(&feasible) < best_of(&infeasible));
    assert_eq!(shown["best"]["outcome"]["value"], best_of(&feasible));
    assert_eq!(said.matches("  breaks f1_macro <= 0.94 by ").count(), infeasible.len(), "{said}");
    insta::assert_snapshot!(bench.tidy(&bench.ok(&["show", "study-1", "--top", "18"])));
}

#[test]
fn a_study_without_a_feasible_trial_says_by_how_much_it_missed() {
    let bench = bench("metric: accuracy\n  constraints: [{metric: accuracy, min: 0.999}]");
    let said = bench.ok(&["run", "study.yaml"]);
    assert!(
        said.contains("no trial keeps every constraint: this one breaks accuracy >= 0.999 by ")
    );
    assert_eq!(show(&bench)["feasible"], false);
}

#[test]
fn what_is_measured_is_checked_resumed_and_reproduced() {
    let goals = format!("{TWO}\n  constraints: [{{metric: f1_macro, min: 0.9}}]");
    let bench = bench(&goals);
    let checked = bench.ok(&["check", "study.yaml"]);
    assert!(
        checked.contains("# objectives: accuracy large, f1_macro large; the first one ranks\n")
    );
    assert!(checked.contains("# feasible: f1_macro >= 0.9\n"), "{checked}");
    bench.ok(&["run", "study.yaml", "--quiet"]);
    let said = bench.ok(&["reproduce", "study-1"]);
    assert!(said.contains("identical: 18 trials identical, 0 differ"), "{said}");
    let before = bench.events("study-1");
    bench.ok(&["resume", "study-1", "--quiet"]);
    assert_eq!(bench.events("study-1"), before);
}

#[test]
fn the_surrogate_learns_every_output_and_each_can_be_explained() {
    let goals =
        "objectives: [accuracy, f1_macro]\n  constraints: [{metric: balanced_accuracy, min: 0.9}]";
    let bench = Bench::with(&STUDY.replace("metric: accuracy", goals));
    bench.ok(&["run", "study.yaml", "--quiet"]);
    let said = bench.ok(&["explain", "study-1", "--trial", "11"]);
    for words in [
        "hypervolume, in view of the probability to be feasible\n",
        "\nobjective accuracy\n  predicted ",
        "\nobjective f1_macro\n  predicted ",
        "\nconstraint balanced_accuracy >= 0.9\n  predicted ",
        "  probability to be kept ",
        "lengthscales: the shorter, the more a parameter matters\n",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let lines = bench.ok(&["explain", "study-1", "--json"]);
    let lines: Vec<Value> = lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let metrics: Vec<&Value> = lines.iter().map(|line| &line["metric"]).collect();
    assert_eq!(metrics, ["accuracy", "f1_macro", "balanced_accuracy >= 0.9"]);
    assert_eq!(lines[1]["leave_one_out"]["results"], 12, "{}", lines[1]);
    assert_eq!((&lines[1]["constraint"], &lines[2]["constraint"]), (&json!(false), &json!(true)));
    let alone = bench.ok(&["explain", "study-1", "--output", "f1_macro"]);
    assert!(alone.starts_with("study: 12 results, f1_macro\n"), "{alone}");
    let all = bench.ok(&["explain", "study-1"]);
    assert!(
        all.contains(&alone) && all.contains("results, the constraint balanced_accuracy >= 0.9\n")
    );
    let unknown = bench.run(&["explain", "study-1", "--output", "speed"]);
    assert_eq!(unknown.code, 6);
    assert!(unknown.err.contains("called `speed`") && unknown.err.contains("f1_macro"));
    let reproduced = bench.ok(&["reproduce", "study-1"]);
    assert!(reproduced.contains("identical: 12 trials identical, 0 differ"), "{reproduced}");
}

/// Of a constraint that is a limit on nothing that varies there is nothing to say.
#[test]
fn what_cannot_be_explained_is_told_and_the_rest_is_explained() {
    let goals = "metric: accuracy\n  constraints: [{metric: accuracy, max: 1.0e+20}]";
    let bench = Bench::with(&STUDY.replace("metric: accuracy", goals));
    bench.ok(&["run", "study.yaml", "--quiet"]);
    let said = bench.ok(&["explain", "study-1"]);
    assert!(said.starts_with("study: 12 results, accuracy\n"), "{said}");
    let why = "failed to use the results: all 12 are equal";
    let limit = "accuracy <= 100000000000000000000";
    assert!(said.ends_with(&format!("\n{limit}: {why}\n")), "{said}");
    let lines = bench.ok(&["explain", "study-1", "--json"]);
    let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    assert_eq!(last["error"], why, "{last}");
    assert_eq!(bench.run(&["explain", "study-1", "--output", limit]).code, 7);
}

/// Two objectives, a constraint, failures, and a parameter that only one choice has.
fn converse(threads: &str) -> (String, i32) {
    let mut talk = Talk::new(&["--sampler", "gp"], threads);
    talk.ok(&json!({ "cmd": "create", "seed": 3, "budget": 24, "parallel": 2,
        "objectives": [{ "name": "error", "direction": "minimize" },
                       { "name": "speed", "direction": "maximize" }],
        "outcome_constraints": ["memory"],
        "space": { "params": [
            { "name": "x", "type": "float", "low": 0.0, "high": 1.0 },
            { "name": "kind", "type": "cat", "choices": ["a", "b"] },
            { "name": "depth", "type": "int", "low": 1, "high": 30,
              "condition": { "param": "kind", "in": ["b"] } },
        ] } }));
    let mut running = Vec::new();
    for _ in 0..24 {
        running.push(talk.call(&json!({ "cmd": "ask", "explain": true })));
        if running.len() == 2 {
            tell(&mut talk, &running.remove(0));
        }
    }
    let last = &running[0]["reason"];
    assert!(last["why"].as_str().unwrap().contains("hypervolume"), "{last}");
    let details = &last["details"];
    for name in ["log_ehvi", "probability_feasible", "probability_of_success", "n_failed"] {
        assert!(details[name].is_number(), "{name}: {last}");
    }
    assert!(details["objectives"]["speed"]["predicted_mean"].as_f64().unwrap() > 0.0, "{last}");
    assert!(details["constraints"]["memory"]["probability"].is_number(), "{last}");
    let front = talk.call(&json!({ "cmd": "recommend" }));
    assert!(front["front"].as_array().unwrap().len() > 1, "{front}");
    talk.end()
}

fn tell(talk: &mut Talk, asked: &Value) {
    let (trial, x) = (&asked["trial"], asked["params"]["x"].as_f64().unwrap());
    let depth = asked["params"]["depth"].as_f64().unwrap_or(8.0);
    let told = if x > 0.9 {
        json!({ "cmd": "tell", "trial": trial, "failed": "diverged" })
    } else {
        let error = (x - 0.4).powi(2) + 1.0 / depth;
        json!({ "cmd": "tell", "trial": trial, "values": [error, 100.0 / depth],
                "constraints": [depth / 20.0 + x - 1.2] })
    };
    talk.ok(&told);
}

#[test]
fn other_programs_are_told_of_every_output_in_the_same_words_on_any_number_of_threads() {
    let (said, code) = converse("1");
    assert_eq!(code, 0);
    assert_eq!(converse("4"), (said, 0));
}

#[test]
fn what_is_recommended_keeps_the_constraints_and_is_believed_to() {
    let mut talk = Talk::new(&["--sampler", "gp"], "1");
    talk.ok(&json!({ "cmd": "create", "seed": 1, "budget": 20, "outcome_constraints": ["c"],
        "space": { "params": [{ "name": "x", "type": "float", "low": 0.0, "high": 1.0 }] } }));
    for _ in 0..20 {
        let (trial, params) = talk.ask();
        let x = params["x"].as_f64().unwrap();
        talk.ok(&json!({ "cmd": "tell", "trial": trial, "value": x, "constraints": [0.3 - x] }));
    }
    let best = talk.call(&json!({ "cmd": "recommend" }));
    assert_eq!(
        (&best["by"], &best["feasible"]),
        (&json!("posterior mean"), &json!(true)),
        "{best}"
    );
    let x = best["params"]["x"].as_f64().unwrap();
    assert!(
        (0.3..0.33).contains(&x) && (best["mean"].as_f64().unwrap() - x).abs() < 0.05,
        "{best}"
    );
}
