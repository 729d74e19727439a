//! Which kind of model a type is: [`export_model!`](crate::export_model) takes either.
//!
//! The macro calls `(&&&&Exported::<M>::NEW).add(about)`. Method lookup takes the first of the four
//! traits below whose bounds `M` meets, from the one with the most references down.

use std::marker::PhantomData;

use super::table::About;
use crate::{GradientModel, LayoutModel};

/// A type given to [`export_model!`](crate::export_model).
#[derive(Debug)]
pub struct Exported<M>(PhantomData<M>);

impl<M> Exported<M> {
    /// The one value.
    pub const NEW: Self = Self(PhantomData);
}

/// What [`export_model!`](crate::export_model) takes. Nothing implements it: it only carries the
/// compiler's message for a type that is no model.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not one kind of model, so it cannot be exported",
    label = "neither `Model` nor `GradientModel`, or both",
    note = "implement `Model` for a model that fits itself, or `GradientModel` for one that the \
            host trains, but not both"
)]
pub trait Exportable {}

/// Both kinds at once.
pub trait IsBoth<M> {
    /// Always fails to compile. Lookup does not see the bound of a method, only of a trait.
    #[must_use]
    fn add(&self, about: About) -> About
    where
        M: Exportable;
}

impl<M: LayoutModel + GradientModel> IsBoth<M> for &&&Exported<M> {
    fn add(&self, about: About) -> About
    where
        M: Exportable,
    {
        about
    }
}

/// A model that fits itself.
pub trait FitsItself {
    /// Adds it to the plugin.
    #[must_use]
    fn add(&self, about: About) -> About;
}

impl<M: LayoutModel> FitsItself for &&Exported<M> {
    fn add(&self, about: About) -> About {
        about.model::<M>()
    }
}

/// A model that the host trains.
pub trait IsTrained {
    /// Adds it to the plugin.
    #[must_use]
    fn add(&self, about: About) -> About;
}

impl<M: GradientModel> IsTrained for &Exported<M> {
    fn add(&self, about: About) -> About {
        about.gradient_model::<M>()
    }
}

/// No model.
pub trait IsNeither<M> {
    /// Always fails to compile.
    #[must_use]
    fn add(&self, about: About) -> About
    where
        M: Exportable;
}

impl<M> IsNeither<M> for Exported<M> {
    fn add(&self, about: About) -> About
    where
        M: Exportable,
    {
        about
    }
}
