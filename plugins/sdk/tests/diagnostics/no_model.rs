//! says: `NoModel` is not one kind of model, so it cannot be exported
//! says: implement `Model` for a model that fits itself, or `GradientModel` for one that the

use surmise_plugin_sdk::prelude::*;

struct NoModel;

export_model!(NoModel);
