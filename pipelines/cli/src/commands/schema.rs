//! `surmise schema`: the JSON Schema of the pipeline file.

use crate::exit::{Exit, Failure, Result};
use crate::{print, registry};

pub(crate) fn schema() -> Result<()> {
    let schema = surmise_spec::json_schema(
        &registry::stages(),
        &registry::samplers(),
        &registry::metrics(),
    );
    let text = serde_json::to_string_pretty(&schema).map_err(|e| Failure::new(Exit::Internal, e))?;
    print::line(&text);
    Ok(())
}
