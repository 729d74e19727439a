//! Parameter names without what they share.

use surmise_core::Value;
use surmise_core::space::Space;
use surmise_core::trial::Params;

use crate::number::number;

/// For each parameter of the space its full name and the shortest tail of it, in whole words, that
/// no other parameter has: `model.params.gamma` becomes `gamma`.
#[must_use]
pub fn short_names(space: &Space) -> Vec<(String, String)> {
    let names: Vec<&str> = space.parameters().iter().map(|p| p.name.as_str()).collect();
    names.iter().map(|name| ((*name).to_owned(), shortest_tail(name, &names).to_owned())).collect()
}

/// A configuration on one line, in the order of the space and with short names.
#[must_use]
pub fn short_params(space: &Space, params: &Params) -> String {
    let shown = short_names(space).into_iter().filter_map(|(full, short)| {
        params.get(&full).map(|value| format!("{short}={}", short_value(value)))
    });
    shown.collect::<Vec<_>>().join(" ")
}

/// A value as people read it: numbers rounded, text without quotation marks.
pub(crate) fn short_value(value: &Value) -> String {
    match value {
        Value::String(text) => text.escape_debug().to_string(),
        Value::Number(n) if n.is_f64() => n.as_f64().map_or_else(|| n.to_string(), number),
        other => other.to_string(),
    }
}

fn shortest_tail<'a>(name: &'a str, all: &[&str]) -> &'a str {
    let starts = name.rmatch_indices('.').map(|(dot, _)| dot + 1);
    let is_tail = |other: &str, tail: &str| {
        other == tail || other.strip_suffix(tail).is_some_and(|head| head.ends_with('.'))
    };
    starts
        .map(|start| &name[start..])
        .find(|tail| all.iter().filter(|other| is_tail(other, tail)).count() == 1)
        .unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_stay_unique() {
        let all = ["model.params.C", "stages.pca.components", "model.params.components"];
        assert_eq!(shortest_tail(all[0], &all), "C");
        assert_eq!(shortest_tail(all[1], &all), "pca.components");
        assert_eq!(shortest_tail(all[2], &all), "params.components");
    }
}
