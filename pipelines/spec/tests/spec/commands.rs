//! Pipelines whose model is a command.

use serde_json::json;
use surmise_core::trial::Params;
use surmise_spec::{CommandSpec, CommandTrial, Pipeline, json_schema, load};

use crate::common::{catalog, file, messages, refused};

const COMMAND: &str = r#"surmise: 1
name: tuned
seed: 7
model:
  command: [python3, train.py, "--lr={lr}", "{model.params.act}", "{seed}", "{{{name}}}"]
  params: { lr: 1, act: relu, momentum: 0.5 }
evaluation: { metric: loss, direction: minimize, steps: 10, constraints: [{ metric: mb, max: 9 }] }
search:
  sampler: { type: gp }
  trials: 20
  space:
    model.params.lr: { min: 0.1, max: 2, log: true }
    model.params.act: [relu, tanh]
isolation: { memory: 1 GiB, network: true, read: [/data] }
"#;

fn loaded(text: &str) -> CommandSpec {
    match load(&file(text), &[], &catalog()).unwrap_or_else(|d| panic!("{d}")) {
        Pipeline::Command(spec) => *spec,
        Pipeline::Plugin(_) => panic!("a plugin"),
    }
}

fn arguments(spec: &CommandSpec, params: &Params) -> Vec<String> {
    let trial = CommandTrial {
        seed: 5,
        number: 3,
        scratch: "/scratch".as_ref(),
        params: "/scratch/params.json".as_ref(),
    };
    spec.arguments(&spec.params(params).expect("a configuration"), &trial)
}

#[test]
fn placeholders_stand_for_parameters_and_for_values_of_the_file() {
    let spec = loaded(COMMAND);
    let first = spec.search.as_ref().unwrap().first.clone().unwrap();
    assert_eq!(arguments(&spec, &first), ["train.py", "--lr=1.0", "relu", "5", "{tuned}"]);
    let params = [("model.params.lr", json!(0.25)), ("model.params.act", json!("tanh"))];
    let params: Params = params.into_iter().map(|(n, v)| (n.to_owned(), v)).collect();
    assert_eq!(arguments(&spec, &params), ["train.py", "--lr=0.25", "tanh", "5", "{tuned}"]);
    // What is not searched is handed on as written, and beside the arguments.
    assert_eq!(spec.params(&params).unwrap()["momentum"], json!(0.5));
    let constants: Vec<String> = spec.constants().collect();
    assert_eq!(constants, ["python3", "train.py", "{tuned}"]);
}

#[test]
fn to_yaml_loads_to_an_equal_specification() {
    let spec = loaded(COMMAND);
    assert_eq!(loaded(&spec.to_yaml()), spec);
    insta::assert_snapshot!(spec.to_yaml());
    assert_ne!(loaded(&COMMAND.replace("momentum: 0.5", "momentum: 0.6")), spec);
}

#[test]
fn whole_numbers_are_whole_unless_one_end_or_the_written_value_is_not() {
    let domain = |written: &str, range: &str| {
        let text = COMMAND
            .replace("lr: 1,", &format!("lr: {written},"))
            .replace("{ min: 0.1, max: 2, log: true }", range);
        loaded(&text).search.unwrap().space.parameters()[0].domain.to_string()
    };
    assert!(domain("1", "{ min: 1, max: 4 }").contains("integer"));
    assert!(!domain("1.5", "{ min: 1, max: 4 }").contains("integer"));
    assert!(!domain("2", "{ min: 1, max: 4.0 }").contains("integer"));
}

#[test]
fn every_mistake_comes_at_once() {
    let text = COMMAND
        .replace(
            "model:\n",
            "data: { source: { csv: x.csv } }\nstages: []\nmodel:\n  plugin: svm\n",
        )
        .replace("{model.params.act}\"", "{model.params.akt}\", \"{lrr}\", \"{oops\"")
        .replace("evaluation: { ", "evaluation: { resample: { kfold: 3 }, ")
        .replace("network: true", "netwrk: true")
        .replace("direction: minimize", "direction: minimise");
    insta::assert_snapshot!(refused(&text).to_string());
}

#[test]
fn what_makes_no_sense_is_refused_with_a_reason() {
    for (from, to, problem) in [
        ("\"{model.params.act}\", ", "", "the command does not use `model.params.act`"),
        ("python3,", "\"{act}\",", "the program is one for all trials"),
        ("[python3, train.py,", "[python3, ~,", "an argument is text, not nothing"),
        (", direction: minimize", "", "nobody knows which way `loss` is better"),
        ("metric: loss", "metric: step", "`step` counts the steps of a training"),
        ("momentum: 0.5", "seed: 1", "the placeholder `seed` means two things"),
        ("momentum: 0.5", "a.b: 1", "`a.b` is no name of a parameter"),
        ("{{{name}}}", "{evaluation}", "`evaluation` is a mapping, not a single value"),
        (
            "{ memory: 1 GiB, network: true, read: [/data] }",
            "in-process",
            "`in-process` is not for",
        ),
        ("seed: 7\n", "", "a study needs the key `seed`"),
        ("model:\n", "model:\n  env: { HOME: x }\n", "`HOME` is given by Surmise"),
        ("params: { lr: 1, ", "params: { lr: 3, ", "written here as a value that is not searched"),
    ] {
        let text = COMMAND.replace(from, to);
        assert_ne!(text, COMMAND, "{from}");
        let all = messages(&text);
        assert!(all.iter().any(|message| message.contains(problem)), "{problem}: {all:?}");
    }
}

#[test]
fn a_parameter_that_may_not_take_part_needs_a_value_for_its_placeholder() {
    let conditional = COMMAND
        .replace("[relu, tanh]\n", "[relu, tanh]\n    model.params.b: { min: 0.0, max: 1.0, when: { model.params.act: tanh } }\n")
        .replace("{seed}", "{b}");
    let all = messages(&conditional);
    assert!(all[0].starts_with("`b` has no value where `model.params.act`"), "{all:?}");
    let spec = loaded(&conditional.replace("lr: 1,", "lr: 1, b: 0.0,"));
    let params = [("model.params.lr", json!(0.25)), ("model.params.act", json!("relu"))];
    let params: Params = params.into_iter().map(|(n, v)| (n.to_owned(), v)).collect();
    assert_eq!(arguments(&spec, &params)[3], "0.0");
}

#[test]
fn a_command_that_names_no_parameter_reads_them_itself() {
    let silent = COMMAND.replace("\"--lr={lr}\", \"{model.params.act}\", ", "");
    let spec = loaded(&silent);
    let first = spec.search.as_ref().unwrap().first.clone().unwrap();
    assert_eq!(arguments(&spec, &first), ["train.py", "5", "{tuned}"]);
    let by_file = COMMAND.replace("{model.params.act}", "{params}");
    assert!(load(&file(&by_file), &[], &catalog()).is_ok());
}

#[test]
fn several_objectives_say_each_which_way() {
    let several = "objectives: [{ metric: accuracy }, { metric: ms, direction: minimize }]";
    let spec = loaded(&COMMAND.replace("metric: loss, direction: minimize", several));
    let found: Vec<String> = spec
        .evaluation
        .objectives
        .iter()
        .map(|o| format!("{} {:?}", o.metric, o.direction))
        .collect();
    assert_eq!(found, ["accuracy Maximize", "ms Minimize"]);
}

#[test]
fn the_schema_has_both_kinds_of_files() {
    let schema = json_schema(&catalog(), None);
    let command = &schema["then"]["properties"];
    assert_eq!(command["model"]["required"], json!(["command"]));
    assert_eq!(command["isolation"]["properties"]["network"]["default"], json!(false));
    assert!(schema["else"]["properties"]["data"].is_object());
}
