//! `#[derive(Choice)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields};

use crate::text;

pub(crate) fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let message = "`Choice` is for an enum with variants and no generics";
    let variants = match &input.data {
        Data::Enum(data) if !data.variants.is_empty() => &data.variants,
        _ => return Err(syn::Error::new_spanned(&input.ident, message)),
    };
    if !input.generics.params.is_empty() {
        return Err(syn::Error::new_spanned(&input.generics, message));
    }
    if let Some(variant) = variants.iter().find(|variant| !matches!(variant.fields, Fields::Unit)) {
        return Err(syn::Error::new_spanned(variant, "a choice holds no data"));
    }
    let name = &input.ident;
    let options = variants.iter().map(|variant| {
        let option = text::snake_case(&variant.ident.unraw().to_string());
        let help = text::help(&variant.attrs);
        quote!((#option, #help))
    });
    let idents: Vec<_> = variants.iter().map(|variant| &variant.ident).collect();
    let indices: Vec<usize> = (0..idents.len()).collect();
    Ok(quote! {
        #[automatically_derived]
        impl ::surmise_plugin_sdk::params::Choice for #name {
            const OPTIONS: &'static [(&'static str, &'static str)] = &[#(#options),*];

            fn index(&self) -> usize {
                match self { #(Self::#idents => #indices),* }
            }

            fn from_index(index: usize) -> ::core::option::Option<Self> {
                match index {
                    #(#indices => ::core::option::Option::Some(Self::#idents),)*
                    _ => ::core::option::Option::None,
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_explained() {
        let cases = [
            ("struct S;", "an enum"),
            ("enum E {}", "with variants"),
            ("enum E<T> { A }", "no generics"),
            ("enum E { A(u8) }", "holds no data"),
        ];
        for (source, expected) in cases {
            let input = syn::parse_str(source).expect("Rust");
            let found = expand(&input).expect_err("refused").to_string();
            assert!(found.contains(expected), "{source}: {found:?} should contain {expected:?}");
        }
    }
}
