//! Lists and optional numbers, from the derive to a model's hands.

use super::*;
use crate::Hyperparams;

#[derive(Debug, PartialEq, Hyperparams)]
struct Params {
    /// Width of each layer
    #[hp(default = [64, 32], range = 1..=512)]
    layers: Vec<u32>,
    /// Largest weight
    #[hp(default = Some(2.5), range = 0.5..=10.0, log)]
    bound: Option<f64>,
    /// Passes
    #[hp(default = 10, range = 1..=100, fidelity)]
    epochs: usize,
}

#[test]
fn they_describe_themselves() {
    let described: Vec<Value> = Params::describe().iter().map(Hyperparam::to_json).collect();
    let expected = json!([
        { "name": "layers", "help": "Width of each layer", "default": [64, 32],
          "type": "ints", "low": 1, "high": 512 },
        { "name": "bound", "help": "Largest weight", "default": 2.5, "type": "optional",
          "of": { "type": "float", "low": 0.5, "high": 10.0, "log": true } },
        { "name": "epochs", "help": "Passes", "default": 10,
          "type": "int", "low": 1, "high": 100, "log": false, "fidelity": true },
    ]);
    assert_eq!(Value::from(described), expected);
}

#[test]
fn they_are_read_and_checked() {
    let read = |json: &str| parse::<Params>(json.as_bytes()).map_err(|error| error.to_string());
    assert_eq!(read("{}"), Ok(Params::default()));
    assert_eq!(
        read(r#"{"layers":[8],"bound":null}"#),
        Ok(Params { layers: vec![8], bound: None, epochs: 10 })
    );
    assert_eq!(read(r#"{"layers":[]}"#).map(|params| params.layers), Ok(vec![]));
    for (json, expected) in [
        (r#"{"layers":[8,0]}"#, "expected a list of whole numbers between 1 and 512, found [8,0]"),
        (r#"{"layers":8}"#, "expected a list"),
        (r#"{"bound":0.1}"#, "expected a number between 0.5 and 10 or null, found 0.1"),
        (r#"{"bound":"x"}"#, "or null"),
    ] {
        let problem = read(json).expect_err(json);
        assert!(problem.contains(expected), "{problem}");
    }
}
