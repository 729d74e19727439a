//! `surmise schema`: the JSON Schema of the pipeline file.

use std::path::Path;

use surmise_plugin_host::Runner;
use surmise_spec::{IsolationSpec, ModelRef};

use crate::args::Schema;
use crate::exit::{Exit, Failure, Result};
use crate::{pipeline_file, print, registry};

pub(crate) fn schema(args: &Schema) -> Result<()> {
    let here = Path::new(".").canonicalize()?;
    let find = |plugin: &String| {
        let of = ModelRef { plugin, name: args.model.as_deref() };
        pipeline_file::model(of, &here, &IsolationSpec::default(), &|_| Ok(()))
    };
    let model = args.plugin.as_ref().map(find).transpose();
    let model = model.map_err(|e| Failure::new(Exit::Plugin, e))?;
    // The file's own model is found when a file is read; a schema has none.
    let none =
        |_: ModelRef<'_>, _: &IsolationSpec| Err(String::from("a schema belongs to no file"));
    let schema =
        surmise_spec::json_schema(&registry::catalog(&none), model.as_ref().map(Runner::info));
    let text =
        serde_json::to_string_pretty(&schema).map_err(|e| Failure::new(Exit::Internal, e))?;
    print::line(&text);
    Ok(())
}
