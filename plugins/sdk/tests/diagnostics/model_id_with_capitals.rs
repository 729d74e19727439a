//! says: a model id is 1 to 64 of a-z 0-9 _ . -

use surmise_plugin_sdk::prelude::*;

const INFO: Info = Info::new("Ridge", "Least squares");
