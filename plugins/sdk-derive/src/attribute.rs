//! What stands in `#[hp(...)]`.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Expr, Field, Ident, LitBool, RangeLimits, Token, parenthesized};

/// The parsed attribute of one field.
pub(crate) struct Hp {
    pub(crate) default: Expr,
    pub(crate) range: Option<(Expr, Expr)>,
    pub(crate) log: Option<Ident>,
    pub(crate) fidelity: Option<Ident>,
    pub(crate) when: Option<When>,
}

/// `when(setting = A | B)`.
pub(crate) struct When {
    pub(crate) setting: Ident,
    pub(crate) values: Vec<WhenValue>,
}

/// A value in a condition.
pub(crate) enum WhenValue {
    Variant(Ident),
    Bool(LitBool),
}

impl Hp {
    /// Reads the attribute of a field.
    pub(crate) fn of(field: &Field) -> syn::Result<Self> {
        let mut found = field.attrs.iter().filter(|attribute| attribute.path().is_ident("hp"));
        let Some(attribute) = found.next() else {
            return Err(syn::Error::new_spanned(
                field,
                "a hyperparameter needs `#[hp(default = ...)]`",
            ));
        };
        if let Some(second) = found.next() {
            return Err(syn::Error::new_spanned(second, "one `#[hp(...)]` is enough"));
        }
        let parts: Parts = attribute.parse_args()?;
        let default = parts.default.clone().ok_or_else(|| {
            syn::Error::new_spanned(attribute, "a hyperparameter needs `default = ...`")
        })?;
        let Parts { range, log, fidelity, when, .. } = parts;
        Ok(Self { default, range, log, fidelity, when })
    }
}

#[derive(Default)]
struct Parts {
    default: Option<Expr>,
    range: Option<(Expr, Expr)>,
    log: Option<Ident>,
    fidelity: Option<Ident>,
    when: Option<When>,
}

impl Parse for Parts {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut parts = Self::default();
        while !input.is_empty() {
            let key: Ident = input.parse()?;
            match key.to_string().as_str() {
                "default" => set(&mut parts.default, &key, value(input)?)?,
                "range" => set(&mut parts.range, &key, bounds(value(input)?)?)?,
                "log" => set(&mut parts.log, &key, key.clone())?,
                "fidelity" => set(&mut parts.fidelity, &key, key.clone())?,
                "when" => set(&mut parts.when, &key, input.parse()?)?,
                _ => {
                    let message = "expected `default = ...`, `range = low..=high`, `log`, \
                                   `fidelity` or `when(field = Value)`";
                    return Err(syn::Error::new(key.span(), message));
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(parts)
    }
}

impl Parse for When {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let content;
        parenthesized!(content in input);
        let setting = content.parse()?;
        content.parse::<Token![=]>()?;
        let values = Punctuated::<WhenValue, Token![|]>::parse_separated_nonempty(&content)?;
        if !content.is_empty() {
            return Err(content.error("expected one condition, `when(field = A | B)`"));
        }
        Ok(Self { setting, values: values.into_iter().collect() })
    }
}

impl Parse for WhenValue {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(LitBool) {
            return input.parse().map(Self::Bool);
        }
        input.parse().map(Self::Variant).map_err(|error| {
            syn::Error::new(error.span(), "expected a variant such as `Rbf`, `true` or `false`")
        })
    }
}

fn value(input: ParseStream<'_>) -> syn::Result<Expr> {
    input.parse::<Token![=]>()?;
    input.parse()
}

fn bounds(range: Expr) -> syn::Result<(Expr, Expr)> {
    if let Expr::Range(range) = &range
        && let (Some(low), RangeLimits::Closed(_), Some(high)) =
            (&range.start, &range.limits, &range.end)
    {
        return Ok(((**low).clone(), (**high).clone()));
    }
    Err(syn::Error::new_spanned(range, "expected a range with both ends, `low..=high`"))
}

fn set<T>(slot: &mut Option<T>, key: &Ident, value: T) -> syn::Result<()> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(syn::Error::new(key.span(), format!("`{key}` is given twice"))),
    }
}
