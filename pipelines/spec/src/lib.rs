//! The pipeline file: YAML to a checked specification, with every diagnostic
