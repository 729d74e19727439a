//! The types that a hyperparameter's field can have.

use serde_json::{Value, json};

use super::Kind;

/// The type of a hyperparameter's field: `f64`, an integer, an `Option` of either, a `Vec` of
/// integers,
/// `bool`, or a [`Choice`].
#[diagnostic::on_unimplemented(
    message = "a hyperparameter cannot be a `{Self}`",
    label = "no type for a hyperparameter",
    note = "it can be `f64`, an integer, an `Option` of either, a `Vec` of integers, `bool`, or an \
            enum that has `#[derive(Choice)]`"
)]
pub trait Field: Sized {
    /// Its value in JSON.
    fn to_json(&self) -> Value;
    /// The value, if the JSON is one of this type.
    fn from_json(value: &Value) -> Option<Self>;
}

/// A field's type that has bounds.
pub trait Number: Field {
    /// The kind for these bounds.
    fn kind(low: Self, high: Self, log: bool) -> Kind;

    /// The kind of a list of such numbers.
    fn list(low: Self, high: Self) -> Kind {
        match Self::kind(low, high, false) {
            Kind::Int { low, high, .. } => Kind::Ints { low, high },
            other => other,
        }
    }
}

/// An enum without data whose variants are names in `snake_case`. Derive it; a variant's doc
/// comment is its help text.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a choice of names",
    label = "no type for a hyperparameter",
    note = "a hyperparameter can be `f64`, an integer, an `Option` of either, a `Vec` of integers, \
            `bool`, or an enum that has `#[derive(Choice)]`"
)]
pub trait Choice: Sized + Send + 'static {
    /// Name and help of each variant, in order.
    const OPTIONS: &'static [(&'static str, &'static str)];
    /// The variant's place in [`OPTIONS`](Choice::OPTIONS).
    fn index(&self) -> usize;
    /// The variant at a place.
    fn from_index(index: usize) -> Option<Self>;
}

impl<T: Choice> Field for T {
    fn to_json(&self) -> Value {
        json!(T::OPTIONS[self.index()].0)
    }

    fn from_json(value: &Value) -> Option<Self> {
        let name = value.as_str()?;
        T::from_index(T::OPTIONS.iter().position(|(option, _)| *option == name)?)
    }
}

impl<T: Field> Field for Option<T> {
    fn to_json(&self) -> Value {
        self.as_ref().map_or(Value::Null, Field::to_json)
    }

    fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_json(value).map(Some),
        }
    }
}

impl<T: Field> Field for Vec<T> {
    fn to_json(&self) -> Value {
        self.iter().map(Field::to_json).collect()
    }

    fn from_json(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(T::from_json).collect()
    }
}

impl Field for bool {
    fn to_json(&self) -> Value {
        json!(self)
    }

    fn from_json(value: &Value) -> Option<Self> {
        value.as_bool()
    }
}

impl Field for f64 {
    fn to_json(&self) -> Value {
        json!(self)
    }

    fn from_json(value: &Value) -> Option<Self> {
        value.as_f64()
    }
}

impl Number for f64 {
    fn kind(low: Self, high: Self, log: bool) -> Kind {
        Kind::Float { low, high, log }
    }
}

macro_rules! integers {
    ($($int:ty => $widen:expr),+ $(,)?) => {$(
        impl Field for $int {
            fn to_json(&self) -> Value {
                json!(self)
            }

            fn from_json(value: &Value) -> Option<Self> {
                value.as_i64()?.try_into().ok()
            }
        }

        impl Number for $int {
            fn kind(low: Self, high: Self, log: bool) -> Kind {
                Kind::Int { low: $widen(low), high: $widen(high), log }
            }
        }
    )+};
}
integers! {
    u8 => i64::from, u16 => i64::from, u32 => i64::from,
    i8 => i64::from, i16 => i64::from, i32 => i64::from, i64 => i64::from,
    // `check_int` held these to ±2⁵³ when the description was compiled.
    u64 => |n| n as i64, usize => |n| n as i64, isize => |n| n as i64,
}
