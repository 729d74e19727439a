//! Derive macros of the plugin SDK. Use them through `surmise_plugin_sdk::prelude`, whose traits
//! `Hyperparams` and `Choice` document them.

mod attribute;
mod choice;
mod hyperparams;
mod text;

use proc_macro::TokenStream;

/// Implements `Hyperparams` and `Default` for a struct with `#[hp(...)]` on each field.
#[proc_macro_derive(Hyperparams, attributes(hp))]
pub fn derive_hyperparams(input: TokenStream) -> TokenStream {
    finish(syn::parse(input).and_then(|input| hyperparams::expand(&input)))
}

/// Implements `Choice` for an enum without data.
#[proc_macro_derive(Choice)]
pub fn derive_choice(input: TokenStream) -> TokenStream {
    finish(syn::parse(input).and_then(|input| choice::expand(&input)))
}

fn finish(expanded: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    expanded.unwrap_or_else(|error| error.to_compile_error()).into()
}
