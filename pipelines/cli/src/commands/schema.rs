//! `surmise schema`: the JSON Schema of the pipeline file.

use crate::exit::{Exit, Failure, Result};
use crate::{print, registry};

pub(crate) fn schema() -> Result<()> {
    // The schema leaves a model's own parameters open: which plugin it is, the file says.
    let model = |_: &str| Err(String::from("no model is loaded for the schema"));
    let schema = surmise_spec::json_schema(&registry::catalog(&model));
    let text =
        serde_json::to_string_pretty(&schema).map_err(|e| Failure::new(Exit::Internal, e))?;
    print::line(&text);
    Ok(())
}
