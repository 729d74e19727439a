//! The text of the header.

use std::fmt::Write as _;

use crate::source::{Field, Item};

const COLUMNS_MAX: usize = 116;

const EXPORT: &str = "\
#if defined(_WIN32)
#  define SURMISE_EXPORT __declspec(dllexport)
#else
#  define SURMISE_EXPORT __attribute__((visibility(\"default\")))
#endif
";

const ASSERT: &str = "
#if defined(__cplusplus) && __cplusplus >= 201103L
#  define SURMISE_ASSERT_SIZE(type, size) static_assert(sizeof(type) == size, \"layout of \" #type)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#  define SURMISE_ASSERT_SIZE(type, size) _Static_assert(sizeof(type) == size, \"layout of \" #type)
#else
#  define SURMISE_ASSERT_SIZE(type, size) struct SurmiseNothing
#endif
";

pub(crate) fn header(rules: &str, items: &[Item], layout: &str) -> String {
    let version = |name: &str| {
        items.iter().find_map(|item| match item {
            Item::Number { name: found, value, .. } if found == name => Some(value.as_str()),
            _ => None,
        })
    };
    let (major, minor) =
        (version("ABI_MAJOR").expect("there"), version("ABI_MINOR").expect("there"));
    let mut out = format!(
        "/* surmise_plugin_v1.h - the C ABI of Surmise model plugins, major {major}, minor {minor} \
         (a draft until release 1.0 freezes it).\n \
         * Made from the Rust crate surmise-plugin-abi; do not edit.\n *\n"
    );
    for line in rules.replace('`', "").lines() {
        let _ = writeln!(out, " *{}{line}", if line.is_empty() { "" } else { " " });
    }
    out += " */\n#ifndef SURMISE_PLUGIN_V1_H\n#define SURMISE_PLUGIN_V1_H\n#include <stdint.h>\n";
    out += "#ifdef __cplusplus\nextern \"C\" {\n#endif\n";
    for item in items {
        self::item(item, &mut out);
    }
    // Old compilers read bytes, not UTF-8.
    out = out.replace('×', "x");
    out += &assertions(items, layout);
    out + "\n#ifdef __cplusplus\n}\n#endif\n#endif\n"
}

fn item(item: &Item, out: &mut String) {
    match item {
        Item::Number { name, value, unsigned, doc, begins_group } => {
            if *begins_group {
                out.push('\n');
            }
            let value = format!("{value}{}", if *unsigned { "u" } else { "" });
            line(&format!("#define SURMISE_{name} {value}"), doc, "", 36, out);
        }
        Item::Text { name, value, doc } => {
            if name.ends_with("_ID") {
                out.push('\n');
            }
            line(&format!("#define SURMISE_{name} \"{value}\""), doc, "", 36, out);
        }
        Item::Opaque { name, doc } => {
            out.push('\n');
            comment(doc, "", out);
            let _ = writeln!(out, "typedef struct Surmise{name} Surmise{name};");
        }
        Item::Struct { name, doc, fields } => {
            out.push('\n');
            comment(doc, "", out);
            let _ = writeln!(out, "typedef struct Surmise{name} {{");
            for Field { name, c_type, doc } in fields {
                line(&format!("  {};", declared(c_type, name)), field_doc(doc), "  ", 36, out);
            }
            let _ = writeln!(out, "}} Surmise{name};");
        }
        Item::Function { name, doc, arguments, result } => {
            out.push('\n');
            comment(doc, "", out);
            function(name, arguments, result, out);
        }
    }
}

fn function(name: &str, arguments: &[(String, String)], result: &str, out: &mut String) {
    let head = if name == "Entry" {
        out.insert_str(out.rfind("\n/*").map_or(0, |at| at + 1), EXPORT);
        declared(&format!("SURMISE_EXPORT {result}"), "surmise_plugin_entry_v1(")
    } else {
        declared(&format!("typedef {result}"), &format!("(*Surmise{name})("))
    };
    let arguments: Vec<String> =
        arguments.iter().map(|(name, c_type)| declared(c_type, name)).collect();
    let one_line = format!("{head}{});", arguments.join(", "));
    match one_line.len() <= COLUMNS_MAX {
        true => *out += &one_line,
        false => {
            let _ = write!(out, "{head}\n    {});", arguments.join(",\n    "));
        }
    }
    out.push('\n');
}

/// The sizes that the compiler of a plugin must agree to.
fn assertions(items: &[Item], layout: &str) -> String {
    let mut out = String::from(ASSERT);
    for item in items {
        let Item::Struct { name, .. } = item else { continue };
        let size = layout.lines().find_map(|line| line.strip_prefix(&format!("Surmise{name} ")));
        let size = size.expect("layout.txt holds every struct");
        let _ = writeln!(out, "SURMISE_ASSERT_SIZE(Surmise{name}, {size});");
    }
    out + "#undef SURMISE_ASSERT_SIZE\n"
}

/// A function's slot is explained where its type is.
fn field_doc(doc: &str) -> &str {
    if doc.starts_with("See Surmise") { "" } else { doc }
}

fn declared(c_type: &str, name: &str) -> String {
    let space = if c_type.ends_with('*') { "" } else { " " };
    format!("{c_type}{space}{name}")
}

/// Code with its comment behind it, or above it where the line would be too long.
fn line(code: &str, doc: &str, indent: &str, column: usize, out: &mut String) {
    let behind = format!("{code:column$} /* {doc} */\n");
    if doc.is_empty() {
        let _ = writeln!(out, "{code}");
    } else if behind.chars().count() <= COLUMNS_MAX {
        *out += &behind;
    } else {
        comment(doc, indent, out);
        let _ = writeln!(out, "{code}");
    }
}

fn comment(doc: &str, indent: &str, out: &mut String) {
    let mut text = format!("{indent}/*");
    let mut width = text.len();
    for word in doc.split(' ') {
        if COLUMNS_MAX < width + 1 + word.chars().count() + 3 {
            text += &format!("\n{indent}  ");
            width = indent.len() + 2;
        }
        text += &format!(" {word}");
        width += 1 + word.chars().count();
    }
    let _ = writeln!(out, "{text} */");
}
