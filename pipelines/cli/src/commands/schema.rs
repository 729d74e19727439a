//! `surmise schema`: the JSON Schema of the pipeline file.

use std::path::Path;

use surmise_plugin_host::Model;

use crate::args::Schema;
use crate::exit::{Exit, Failure, Result};
use crate::{pipeline_file, print, registry};

pub(crate) fn schema(args: &Schema) -> Result<()> {
    let here = Path::new(".").canonicalize()?;
    let find = |plugin: &String| pipeline_file::model(plugin, &here);
    let model = args.plugin.as_ref().map(find).transpose()?;
    // The file's own model is found when a file is read; a schema has none.
    let none = |_: &str| Err(String::from("a schema belongs to no file"));
    let schema =
        surmise_spec::json_schema(&registry::catalog(&none), model.as_ref().map(Model::info));
    let text =
        serde_json::to_string_pretty(&schema).map_err(|e| Failure::new(Exit::Internal, e))?;
    print::line(&text);
    Ok(())
}
