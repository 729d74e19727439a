//! How objective values become targets of the surrogate, and predictions become values again; and
//! how a parameter is warped before the kernel sees it.

mod bilog;
mod folds;
mod half_rank;
mod kumaraswamy;
mod log_regret;
mod log_warp;
mod outliers;
mod power;
mod spread;
mod standardise;
mod vizier;
mod warp;

pub use bilog::Bilog;
pub use folds::fold_variances;
pub use half_rank::HalfRank;
pub use kumaraswamy::{Kumaraswamied, Kumaraswamy};
pub use log_regret::LogRegret;
pub use log_warp::LogWarp;
pub use outliers::{confined, tamed};
pub use power::{BoxCox, YeoJohnson};
pub use standardise::Standardise;
pub use vizier::Vizier;
pub use warp::{Identity, Warp};
