//! What of the Rust source goes into the header.

use syn::{Attribute, Expr, Fields, Lit, Meta, ReturnType, Type};

/// An item of the header; names are the Rust ones.
pub(crate) enum Item {
    Number { name: String, value: String, unsigned: bool, doc: String, begins_group: bool },
    Text { name: String, value: String, doc: String },
    Opaque { name: String, doc: String },
    Struct { name: String, doc: String, fields: Vec<Field> },
    Function { name: String, doc: String, arguments: Vec<(String, String)>, result: String },
}

/// A field with its C type.
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) c_type: String,
    pub(crate) doc: String,
}

impl Item {
    /// As `layout.txt` names it.
    pub(crate) fn names(&self) -> Vec<String> {
        match self {
            Self::Number { name, .. } => vec![format!("SURMISE_{name}")],
            Self::Struct { name, fields, .. } => std::iter::once(format!("Surmise{name}"))
                .chain(fields.iter().map(|field| format!("Surmise{name}.{}", field.name)))
                .collect(),
            Self::Text { .. } | Self::Opaque { .. } | Self::Function { .. } => Vec::new(),
        }
    }
}

/// The public constants, structs and function types of a file, in its order.
pub(crate) fn items(text: &str) -> Vec<Item> {
    let file = syn::parse_file(text).expect("Rust");
    file.items.iter().filter_map(|item| self::item(item, text)).collect()
}

fn item(item: &syn::Item, text: &str) -> Option<Item> {
    match item {
        syn::Item::Const(item) => constant(item, text),
        syn::Item::Struct(item) => {
            let (name, doc) = (item.ident.to_string(), doc(&item.attrs));
            let Fields::Named(fields) = &item.fields else { panic!("{name} has named fields") };
            if fields.named.iter().any(|f| f.ident.as_ref().is_some_and(|i| i == "_opaque")) {
                return Some(Item::Opaque { name, doc });
            }
            let fields = fields.named.iter().map(|field| Field {
                name: field.ident.as_ref().map(ToString::to_string).unwrap_or_default(),
                c_type: c_type(&field.ty),
                doc: self::doc(&field.attrs),
            });
            Some(Item::Struct { name, doc, fields: fields.collect() })
        }
        syn::Item::Type(item) => {
            let Type::FnPtr(function) = &*item.ty else { panic!("{} is a function", item.ident) };
            let arguments = function.inputs.iter().map(|argument| {
                let (name, _) = argument.name.as_ref().expect("arguments have names");
                (name.to_string(), c_type(&argument.ty))
            });
            let result = match &function.output {
                ReturnType::Default => "void".to_owned(),
                ReturnType::Type(_, ty) => c_type(ty),
            };
            let (name, doc) = (item.ident.to_string(), doc(&item.attrs));
            Some(Item::Function { name, doc, arguments: arguments.collect(), result })
        }
        _ => None,
    }
}

fn constant(item: &syn::ItemConst, text: &str) -> Option<Item> {
    let (name, doc) = (item.ident.to_string(), doc(&item.attrs));
    let (negative, literal) = match &*item.expr {
        Expr::Unary(unary) => (true, &*unary.expr),
        other => (false, other),
    };
    let Expr::Lit(literal) = literal else { panic!("{name} is a literal") };
    match &literal.lit {
        Lit::Int(digits) => Some(Item::Number {
            value: format!("{}{digits}", if negative { "-" } else { "" }),
            unsigned: c_type(&item.ty) == "uint32_t",
            begins_group: begins_group(text, &name),
            name,
            doc,
        }),
        Lit::Str(value) => Some(Item::Text { name, value: value.value(), doc }),
        // The entry's name once more, for Rust's loaders.
        _ => None,
    }
}

/// Whether an empty line stands before a constant and its doc comment.
fn begins_group(text: &str, name: &str) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    let is_it = |line: &&str| line.starts_with(&format!("pub const {name}:"));
    let at = lines.iter().position(is_it).expect("it was parsed from here");
    lines[..at].iter().rev().find(|line| !line.starts_with("///")) == Some(&"")
}

/// The C type of a Rust one.
fn c_type(ty: &Type) -> String {
    match ty {
        Type::Ptr(pointer) => {
            let inner = c_type(&pointer.elem);
            let constant = match pointer.mutability {
                syn::PointerMutability::Const(_) => "const ",
                syn::PointerMutability::Mut(_) => "",
            };
            match inner.ends_with('*') {
                true => format!("{inner}{constant}*"),
                false => format!("{constant}{inner} *"),
            }
        }
        Type::Path(path) => {
            let last = path.path.segments.last().expect("a name");
            match last.ident.to_string().as_str() {
                "u8" => "uint8_t".to_owned(),
                "u32" => "uint32_t".to_owned(),
                "u64" => "uint64_t".to_owned(),
                "i32" => "int32_t".to_owned(),
                "i64" => "int64_t".to_owned(),
                "f64" => "double".to_owned(),
                "c_char" => "char".to_owned(),
                "c_void" => "void".to_owned(),
                "Option" => match &last.arguments {
                    syn::PathArguments::AngleBracketed(inner) => match inner.args.first() {
                        Some(syn::GenericArgument::Type(inner)) => c_type(inner),
                        _ => panic!("an option of something"),
                    },
                    _ => panic!("an option of something"),
                },
                other => format!("Surmise{other}"),
            }
        }
        // Text constants; their type is not written.
        Type::Reference(_) => String::new(),
        _ => panic!("a type that C does not have"),
    }
}

/// A doc comment as one line, its links replaced with what C calls their targets.
fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    let mut text = lines.collect::<Vec<_>>().join(" ");
    while let Some(start) = text.find("[`") {
        let end = start + text[start..].find("`]").expect("a link ends");
        let name = &text[start + 2..end];
        let is_number = name.chars().all(|c| !c.is_lowercase());
        let name = format!("{}{name}", if is_number { "SURMISE_" } else { "Surmise" });
        let rest = text[end + 2..].to_owned();
        let rest = match rest.strip_prefix('(') {
            Some(target) => target.split_once(')').expect("a target ends").1,
            None => &rest,
        };
        text = format!("{}{name}{rest}", &text[..start]);
    }
    text.replace('`', "")
}
