//! says: `Kernel` is not a choice of names
//! says: a hyperparameter can be `f64`, an integer, an `Option` of either, a `Vec` of integers,

use surmise_plugin_sdk::prelude::*;

enum Kernel {
    Linear,
}

#[derive(Hyperparams)]
struct Params {
    /// Kernel
    #[hp(default = Kernel::Linear)]
    kernel: Kernel,
}
