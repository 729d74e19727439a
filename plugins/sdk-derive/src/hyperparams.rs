//! `#[derive(Hyperparams)]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, GenericArgument, Ident, PathArguments, Type};

use crate::attribute::{Hp, When, WhenValue};
use crate::text;

/// One field with what its attribute says.
struct Param<'a> {
    ident: &'a Ident,
    ty: &'a Type,
    help: String,
    hp: Hp,
}

/// How a field's type decides what its attribute needs.
#[derive(Clone, Copy, PartialEq)]
enum Sort {
    Float,
    Int,
    Bool,
    Choice,
}

pub(crate) fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let params = params_of(input)?;
    check_fidelity(&params)?;
    let described = params
        .iter()
        .enumerate()
        .map(|(i, param)| describe(param, &params[..i]))
        .collect::<syn::Result<Vec<_>>>()?;
    let name = &input.ident;
    let idents: Vec<_> = params.iter().map(|param| param.ident).collect();
    let names: Vec<_> = idents.iter().map(|ident| ident.unraw().to_string()).collect();
    let defaults = params.iter().map(|param| {
        let default = &param.hp.default;
        list(param.ty).map_or_else(|| quote!(#default), |_| quote!((#default).to_vec()))
    });
    Ok(quote! {
        #[automatically_derived]
        impl ::core::default::Default for #name {
            fn default() -> Self {
                Self { #(#idents: #defaults),* }
            }
        }

        #[automatically_derived]
        impl ::surmise_plugin_sdk::params::Hyperparams for #name {
            fn describe() -> ::std::vec::Vec<::surmise_plugin_sdk::params::Hyperparam> {
                let default = <Self as ::core::default::Default>::default();
                ::std::vec![#(#described),*]
            }

            fn read(
                values: &::surmise_plugin_sdk::params::Values,
            ) -> ::surmise_plugin_sdk::Result<Self> {
                let default = <Self as ::core::default::Default>::default();
                ::core::result::Result::Ok(Self {
                    #(#idents: values.get(#names, default.#idents)?),*
                })
            }
        }
    })
}

fn params_of(input: &DeriveInput) -> syn::Result<Vec<Param<'_>>> {
    let message = "`Hyperparams` is for a struct with named fields and no generics";
    let Data::Struct(data) = &input.data else {
        return Err(syn::Error::new_spanned(&input.ident, message));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(syn::Error::new_spanned(&input.ident, message));
    };
    if !input.generics.params.is_empty() {
        return Err(syn::Error::new_spanned(&input.generics, message));
    }
    let param = |field: &'_ syn::Field| Hp::of(field);
    fields
        .named
        .iter()
        .filter_map(|field| Some((field, field.ident.as_ref()?)))
        .map(|(field, ident)| {
            Ok(Param { ident, ty: &field.ty, help: text::help(&field.attrs), hp: param(field)? })
        })
        .collect()
}

fn check_fidelity(params: &[Param<'_>]) -> syn::Result<()> {
    let mut marked = params.iter().filter_map(|param| param.hp.fidelity.as_ref());
    match (marked.next(), marked.next()) {
        (Some(_), Some(second)) => {
            Err(syn::Error::new(second.span(), "only one hyperparameter is the fidelity"))
        }
        _ => Ok(()),
    }
}

/// The `Hyperparam` expression of one field; `default` is in scope.
fn describe(param: &Param<'_>, earlier: &[Param<'_>]) -> syn::Result<TokenStream> {
    let Param { ident, help, .. } = param;
    let name = ident.unraw().to_string();
    let kind = kind(param)?;
    let fidelity = param.hp.fidelity.as_ref().map(|_| quote!(.fidelity()));
    let when = param.hp.when.as_ref().map(|when| condition(when, earlier)).transpose()?;
    // An item, because `cargo check` evaluates it, unlike a `const` block.
    let checked = quote_spanned! { ident.span() =>
        const _: () = ::surmise_plugin_sdk::params::check_name(#name);
    };
    Ok(quote! {{
        #checked
        ::surmise_plugin_sdk::params::Hyperparam::new(#name, #help, #kind, &default.#ident)
            #fidelity #when
    }})
}

fn kind(param: &Param<'_>) -> syn::Result<TokenStream> {
    let (ty, hp) = (param.ty, &param.hp);
    if let Some(entry) = list(ty) {
        return ints(param, entry);
    }
    let inner = optional(ty);
    let sort = sort(inner.unwrap_or(ty))?;
    if inner.is_some() && !matches!(sort, Sort::Float | Sort::Int) {
        return Err(syn::Error::new_spanned(ty, "only a number can be optional"));
    }
    if let (Sort::Bool | Sort::Choice, Some(fidelity)) = (sort, &hp.fidelity) {
        return Err(syn::Error::new(fidelity.span(), "only a number is a fidelity"));
    }
    match (sort, &hp.range, &hp.log) {
        (Sort::Bool | Sort::Choice, Some((low, _)), _) => {
            Err(syn::Error::new_spanned(low, "only a number has a range"))
        }
        (Sort::Bool | Sort::Choice, None, Some(log)) => {
            Err(syn::Error::new(log.span(), "only a number has a scale"))
        }
        (Sort::Bool, None, None) => Ok(quote!(::surmise_plugin_sdk::params::Kind::Bool)),
        (Sort::Choice, None, None) => Ok(quote_spanned! { ty.span() =>
            ::surmise_plugin_sdk::params::Kind::Choice(
                <#ty as ::surmise_plugin_sdk::params::Choice>::OPTIONS
            )
        }),
        (Sort::Float | Sort::Int, None, _) => {
            Err(syn::Error::new_spanned(param.ident, "a number needs `range = low..=high`"))
        }
        (Sort::Float | Sort::Int, Some((low, high)), log) => {
            Ok(number(param, sort, (low, high), log.is_some()))
        }
    }
}

/// The kind of a number, with a check that runs when the author's crate compiles.
fn number(
    param: &Param<'_>,
    sort: Sort,
    (low, high): (&syn::Expr, &syn::Expr),
    log: bool,
) -> TokenStream {
    let (ty, default) = (param.ty, &param.hp.default);
    let inner = optional(ty);
    let number = inner.unwrap_or(ty);
    let (check, wide) = match sort {
        Sort::Float => (quote!(check_float), quote!(f64)),
        _ => (quote!(check_int), quote!(i128)),
    };
    // What is not there lies nowhere outside the range.
    let given = inner.map(|_| {
        quote! {
            let default = match default {
                ::core::option::Option::Some(default) => default,
                ::core::option::Option::None => low,
            };
        }
    });
    // An item, because `cargo check` evaluates it, unlike a `const` block.
    let checked = quote_spanned! { default.span() =>
        const _: () = {
            let (low, default, high): (#number, #ty, #number) = (#low, #default, #high);
            #given
            let (low, default, high) = (low as #wide, default as #wide, high as #wide);
            ::surmise_plugin_sdk::params::#check(low, default, high, #log)
        };
    };
    let kind = quote!(<#number as ::surmise_plugin_sdk::params::Number>::kind(#low, #high, #log));
    let kind = match inner {
        None => kind,
        Some(_) => quote! {
            ::surmise_plugin_sdk::params::Kind::Optional(::std::boxed::Box::new(#kind))
        },
    };
    quote! {{
        #checked
        #kind
    }}
}

/// The kind of a list of integers, with a check that runs when the author's crate compiles.
fn ints(param: &Param<'_>, entry: &Type) -> syn::Result<TokenStream> {
    let hp = &param.hp;
    if sort(entry)? != Sort::Int {
        return Err(syn::Error::new_spanned(entry, "a list holds integers"));
    }
    if let Some(flag) = hp.log.as_ref().or(hp.fidelity.as_ref()) {
        return Err(syn::Error::new(flag.span(), format!("a list has no `{flag}`")));
    }
    let Some((low, high)) = &hp.range else {
        let message = "a list needs `range = low..=high` for its entries";
        return Err(syn::Error::new_spanned(param.ident, message));
    };
    let default = &hp.default;
    let checked = quote_spanned! { default.span() =>
        const _: () = {
            let (low, high): (#entry, #entry) = (#low, #high);
            let (low, high) = (low as i128, high as i128);
            ::surmise_plugin_sdk::params::check_int(low, low, high, false);
            let default: &[#entry] = &#default;
            let mut i = 0;
            while i < default.len() {
                ::surmise_plugin_sdk::params::check_entry(low, default[i] as i128, high);
                i += 1;
            }
        };
    };
    Ok(quote! {{
        #checked
        <#entry as ::surmise_plugin_sdk::params::Number>::list(#low, #high)
    }})
}

/// The entry of a `Vec`.
fn list(ty: &Type) -> Option<&Type> {
    inner(ty, "Vec")
}

/// The number in an `Option`.
fn optional(ty: &Type) -> Option<&Type> {
    inner(ty, "Option")
}

fn inner<'a>(ty: &'a Type, outer: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else {
        return None;
    };
    let last = path.path.segments.last().filter(|last| last.ident == outer)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first() {
        Some(GenericArgument::Type(inner)) => Some(inner),
        _ => None,
    }
}

fn condition(when: &When, earlier: &[Param<'_>]) -> syn::Result<TokenStream> {
    let setting = &when.setting;
    let Some(parent) = earlier.iter().find(|param| param.ident == setting) else {
        let message = format!("no field before this one is called `{setting}`");
        return Err(syn::Error::new(setting.span(), message));
    };
    let ty = parent.ty;
    let name = setting.unraw().to_string();
    let values = when.values.iter().map(|value| match value {
        WhenValue::Variant(variant) => quote_spanned!(variant.span() => <#ty>::#variant),
        WhenValue::Bool(literal) => quote!(#literal),
    });
    Ok(quote!(.when::<#ty>(#name, &[#(#values),*])))
}

fn sort(ty: &Type) -> syn::Result<Sort> {
    let Type::Path(path) = ty else {
        return Err(syn::Error::new_spanned(
            ty,
            "expected `f64`, an integer, `bool` or a `Choice`",
        ));
    };
    let Some(ident) = path.path.get_ident() else {
        return Ok(Sort::Choice);
    };
    match ident.to_string().as_str() {
        "f64" => Ok(Sort::Float),
        "bool" => Ok(Sort::Bool),
        "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" | "isize" => {
            Ok(Sort::Int)
        }
        "f32" => Err(syn::Error::new_spanned(ty, "use `f64`: hyperparameters are not `f32`")),
        "u128" | "i128" => {
            Err(syn::Error::new_spanned(ty, "use `i64`: integers stay within ±2^53"))
        }
        "String" => Err(syn::Error::new_spanned(ty, "use an enum that derives `Choice`")),
        _ => Ok(Sort::Choice),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_explained() {
        let cases = [
            ("enum E { A }", "struct with named fields"),
            ("struct S<T> { a: T }", "no generics"),
            ("struct S { a: f64 }", "needs `#[hp(default = ...)]`"),
            ("struct S { #[hp(range = 0.0..=1.0)] a: f64 }", "needs `default"),
            ("struct S { #[hp(default = 1.0)] a: f64 }", "needs `range"),
            ("struct S { #[hp(default = 1, range = 0..9)] a: u8 }", "both ends"),
            ("struct S { #[hp(default = 1.0, range = 0.0..=1.0)] a: f32 }", "use `f64`"),
            ("struct S { #[hp(default = true, log)] a: bool }", "has a scale"),
            ("struct S { #[hp(default = K::A, range = 0..=1)] a: K }", "has a range"),
            ("struct S { #[hp(default = [1])] a: Vec<u8> }", "a list needs `range"),
            (
                "struct S { #[hp(default = [1.0], range = 0.0..=1.0)] a: Vec<f64> }",
                "holds integers",
            ),
            ("struct S { #[hp(default = [1], range = 0..=1, log)] a: Vec<u8> }", "has no `log`"),
            ("struct S { #[hp(default = None)] a: Option<bool> }", "only a number can be optional"),
            ("struct S { #[hp(default = true, fidelity)] a: bool }", "only a number is a fidelity"),
            (
                "struct S { #[hp(default = 1, range = 0..=9, fidelity)] a: u8, \
                            #[hp(default = 1, range = 0..=9, fidelity)] b: u8 }",
                "only one hyperparameter",
            ),
            ("struct S { #[hp(default = 1, defualt = 2)] a: u8 }", "expected `default"),
            ("struct S { #[hp(default = 1, default = 2)] a: u8 }", "given twice"),
            ("struct S { #[hp(default = true, when(b = true))] a: bool }", "no field before"),
            ("struct S { #[hp(default = true, when(b = 3))] a: bool }", "a variant such as"),
        ];
        for (source, expected) in cases {
            let input = syn::parse_str(source).expect("Rust");
            let found = expand(&input).expect_err("refused").to_string();
            assert!(found.contains(expected), "{source}: {found:?} should contain {expected:?}");
        }
    }
}
