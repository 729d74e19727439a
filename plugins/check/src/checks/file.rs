//! What the file is, before any of its code runs.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use surmise_plugin_abi as abi;
use surmise_plugin_host::Facts;
use surmise_plugin_host::facts::Elf;

use super::Check;
use crate::outcome::{Verdict, fail, skip, warn};

pub(super) const CHECKS: &[Check] = &[
    Check::file("static.library", "the file is a shared library for this machine", library),
    Check::file("static.exports", "it exports the entry and nothing else", exports),
    Check::file("static.needs", "it needs libraries that every system has", needs),
    Check::file("static.search", "it brings no folders in which libraries are searched", search),
    Check::file(
        "static.hardening",
        "its memory is protected as compilers do by default",
        hardening,
    ),
    Check::file("static.note", "it has a note of its name, version and ABI", note),
    Check::file("static.permissions", "only its owner may write to it", permissions),
];

/// What systems bring along, by the beginning of its name.
const EVERYWHERE: &[&str] = &[
    "libc.so.",
    "libm.so.",
    "libgcc_s.so.",
    "libstdc++.so.",
    "libpthread.so.",
    "libdl.so.",
    "librt.so.",
    "libmvec.so.",
    "libatomic.so.",
    "libgomp.so.",
    "libgfortran.so.",
    "libquadmath.so.",
    "ld-linux",
    "linux-vdso",
];

const GROUP_WRITES: u32 = 0o020;
const OTHERS_WRITE: u32 = 0o002;

fn library(_: &Path, facts: &Facts) -> Verdict {
    facts.problem.clone().map_or(Ok(()), fail)
}

fn elf(facts: &Facts) -> Verdict<&Elf> {
    facts.elf.as_ref().map_or_else(|| skip("it is no ELF file of 64 bits"), Ok)
}

fn exports(_: &Path, facts: &Facts) -> Verdict {
    let elf = elf(facts)?;
    let others: Vec<&str> = elf
        .exports
        .iter()
        .map(String::as_str)
        .filter(|name| !name.starts_with("surmise_plugin_entry_v"))
        .collect();
    if !elf.exports.iter().any(|name| name == abi::ENTRY_NAME) {
        return fail(format!("it does not export {}", abi::ENTRY_NAME));
    }
    let shown = others.iter().take(5).copied().collect::<Vec<_>>().join(", ");
    match others.len() {
        0 => Ok(()),
        n => warn(format!(
            "it exports {n} more symbols, such as {shown}: hide them (-fvisibility=hidden), so that \
             they cannot clash"
        )),
    }
}

fn needs(_: &Path, facts: &Facts) -> Verdict {
    let is_everywhere = |name: &&String| EVERYWHERE.iter().any(|known| name.starts_with(known));
    let others: Vec<&str> =
        elf(facts)?.needed.iter().filter(|name| !is_everywhere(name)).map(String::as_str).collect();
    match others.is_empty() {
        true => Ok(()),
        false => warn(format!(
            "it needs {}, which must be installed wherever it runs: link it in, if you can",
            others.join(", ")
        )),
    }
}

fn search(_: &Path, facts: &Facts) -> Verdict {
    let folders = &elf(facts)?.run_path;
    match folders.is_empty() {
        true => Ok(()),
        false => fail(format!(
            "it has libraries searched in {}, where anybody might put one: link without -rpath",
            folders.join(", ")
        )),
    }
}

fn hardening(_: &Path, facts: &Facts) -> Verdict {
    let elf = elf(facts)?;
    if elf.executable_stack {
        return fail("it asks for an executable stack: link with -Wl,-z,noexecstack");
    }
    if elf.text_relocations {
        return fail("its code is changed when it is loaded: compile with -fPIC");
    }
    let wishes = [
        (elf.relro, "its tables of addresses stay writable: link with -Wl,-z,relro"),
        (elf.bind_now, "its symbols are bound late: link with -Wl,-z,now"),
        (elf.unwind_tables, "it has no unwind tables: compile with -funwind-tables"),
    ];
    match wishes.iter().find(|(holds, _)| !holds) {
        None => Ok(()),
        Some((_, wish)) => warn(*wish),
    }
}

fn note(_: &Path, facts: &Facts) -> Verdict {
    elf(facts)?;
    let Some(note) = &facts.note else {
        return warn(
            "it has no section .surmise.meta, so that `surmise plugin info` and `list` cannot tell \
             its name and version",
        );
    };
    let major = note.abi.split('.').next();
    match major.and_then(|major| major.parse().ok()) == Some(abi::ABI_MAJOR) {
        true => Ok(()),
        false => fail(format!("its note says ABI {:?}, this is {}.x", note.abi, abi::ABI_MAJOR)),
    }
}

fn permissions(path: &Path, _: &Facts) -> Verdict {
    let found = path.metadata().map_err(|e| e.to_string())?;
    let mode = found.permissions().mode();
    match mode & (GROUP_WRITES | OTHERS_WRITE) {
        0 => Ok(()),
        GROUP_WRITES => warn("its group may write to it; `chmod g-w` mends it"),
        _ => fail("everybody may write to it; `chmod go-w` mends it"),
    }
}
