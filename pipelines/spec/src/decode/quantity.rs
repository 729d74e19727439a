//! Numbers with a unit: amounts of memory, lengths of time.

use serde_json::{Value, json};

use super::Decode;
use crate::catalog::Catalog;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::text::quote;
use crate::tree::{Kind, Node};

/// An amount of memory within bounds, both inclusive, in bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bytes<const LOW: u64, const HIGH: u64>(pub(crate) u64);

/// A length of time, in milliseconds: from one to a year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Duration(pub(crate) u64);

const BYTE_UNITS: [(&str, u64); 6] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
];

const TIME_UNITS: [(&str, u64); 4] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];

const MS_MAX: u64 = 365 * 24 * 3_600_000;

impl<const LOW: u64, const HIGH: u64> Decode for Bytes<LOW, HIGH> {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        let n = quantity(node, &BYTE_UNITS, "an amount of memory such as `512 MiB`", sink)?;
        within(n, LOW, HIGH, &bytes_text, node, sink).map(Self)
    }

    fn schema(_: &Catalog<'_>) -> Value {
        json!({"type": "string", "pattern": pattern(&BYTE_UNITS)})
    }
}

impl Decode for Duration {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        let n = quantity(node, &TIME_UNITS, "a length of time such as `90 s`", sink)?;
        within(n, 1, MS_MAX, &duration_text, node, sink).map(Self)
    }

    fn schema(_: &Catalog<'_>) -> Value {
        json!({"type": "string", "pattern": pattern(&TIME_UNITS)})
    }
}

/// So many bytes in the largest unit that leaves no fraction.
pub(crate) fn bytes_text(n: u64) -> String {
    let unit = BYTE_UNITS[..3].iter().rev().find(|(_, size)| n.is_multiple_of(*size));
    match unit {
        Some((unit, size)) => format!("{} {unit}", n / size),
        None => format!("{} kB", n as f64 / 1000.0),
    }
}

/// So many milliseconds in the largest unit that leaves no fraction.
pub(crate) fn duration_text(n: u64) -> String {
    let unit = TIME_UNITS.iter().rev().find(|(_, size)| n.is_multiple_of(*size));
    let (unit, size) = unit.unwrap_or(&TIME_UNITS[0]);
    format!("{} {unit}", n / size)
}

/// The number times its unit, rounded to a whole.
fn quantity(node: &Node, units: &[(&str, u64)], what: &str, sink: &mut Sink) -> Option<u64> {
    let text = match &node.kind {
        Kind::Scalar { text, .. } => text.as_str(),
        _ => "",
    };
    let n = split(text, units).map(|(number, size)| (number * size as f64).round());
    if let Some(n) = n.filter(|n| n.is_finite()) {
        // A number that is too large for the integer is too large for the bounds as well.
        return Some(n as u64);
    }
    let names: Vec<&str> = units.iter().map(|(name, _)| *name).collect();
    let message = format!("expected {what}, found {}", node.describe());
    let help = match text.trim().parse::<f64>() {
        Ok(_) => format!("say the unit, one of {}: {} {}", names.join(", "), quote(text), names[1]),
        Err(_) => format!("the units are {}", names.join(", ")),
    };
    sink.push(Diagnostic::new(Code::Type, node.span, message).help(Some(help)));
    None
}

/// A decimal number and the size of its unit.
fn split(text: &str, units: &[(&str, u64)]) -> Option<(f64, u64)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(end);
    let (_, size) = units.iter().find(|(name, _)| *name == unit.trim_start())?;
    Some((number.parse().ok()?, *size))
}

fn within(
    n: u64,
    low: u64,
    high: u64,
    show: &dyn Fn(u64) -> String,
    node: &Node,
    sink: &mut Sink,
) -> Option<u64> {
    if (low..=high).contains(&n) {
        return Some(n);
    }
    let message = format!("{} must lie between {} and {}", sink.place(), show(low), show(high));
    sink.push(Diagnostic::new(Code::Value, node.span, message));
    None
}

fn pattern(units: &[(&str, u64)]) -> String {
    let names: Vec<&str> = units.iter().map(|(name, _)| *name).collect();
    format!("^[0-9]+([.][0-9]+)? ?({})$", names.join("|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_the_largest_unit_without_a_fraction() {
        let bytes = [512 << 20, 3 << 30, 1536 << 20, 1_000_000].map(bytes_text);
        assert_eq!(bytes, ["512 MiB", "3 GiB", "1536 MiB", "1000 kB"]);
        assert_eq!([1500, 90_000, 120_000].map(duration_text), ["1500 ms", "90 s", "2 m"]);
        for n in [1, 1001, 32 << 20, 123_456_789, (1 << 50) - 1] {
            let (number, size) = split(&bytes_text(n), &BYTE_UNITS).unwrap();
            assert_eq!((number * size as f64).round() as u64, n);
        }
    }
}
