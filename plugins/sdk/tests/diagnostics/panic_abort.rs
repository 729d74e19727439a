//! says: a Surmise plugin needs `panic = "unwind"`: a panic must not end the host
//! with panic = "abort"

use surmise_plugin_sdk::prelude::*;

struct NoModel;

export_model!(NoModel);
