//! Loading the plugin and asking for its table.

use std::path::Path;
use std::time::Instant;

use surmise_plugin_abi as abi;
use surmise_plugin_host::Library;

use super::Check;
use super::system::{self, Surroundings};
use crate::outcome::{Verdict, fail, warn};
use crate::raw::Entries;
use crate::subject::Subject;

pub(super) const CHECKS: &[Check] = &[
    Check::path("load.host", "the host loads it", host),
    Check::path("load.entry", "its entry gives every host the same table", entry),
    Check::path(
        "load.quiet",
        "loading starts no thread, prints nothing, changes nothing of the process",
        quiet,
    )
    .quiet(),
    Check::path("load.time", "loading takes less than 0.1 s", time),
    Check::model("load.extensions", "it knows the ids of its extensions in every byte", extensions),
];

const TIME_MAX_MS: u128 = 100;

fn host(path: &Path) -> Verdict {
    Library::open(path)?;
    Ok(())
}

fn entry(path: &Path) -> Verdict {
    let entries = Entries::of(path)?;
    if entries.first == 0 {
        return fail("its entry answers this version with NULL");
    }
    if entries.again != entries.first {
        return fail("its entry gives another table when it is asked again");
    }
    if entries.newest != entries.first {
        return fail("its entry gives a host of a later minor version another table, or none");
    }
    match [0, entries.first].contains(&entries.oldest) {
        true => Ok(()),
        false => fail("its entry gives a host of an earlier minor version another table"),
    }
}

fn quiet(path: &Path) -> Verdict {
    let (before, surroundings) = (system::threads()?, Surroundings::now()?);
    Entries::of(path)?;
    match system::settled_threads(before)? {
        n if n <= before => surroundings.unchanged(),
        n => fail(format!("loading starts {} threads", n - before)),
    }
}

fn time(path: &Path) -> Verdict {
    let start = Instant::now();
    Entries::of(path)?;
    match start.elapsed().as_millis() {
        0..=TIME_MAX_MS => Ok(()),
        ms => warn(format!("loading takes {ms} ms")),
    }
}

fn extensions(subject: &Subject) -> Verdict {
    let ids = [abi::GRADIENT_ID, abi::IMPORTANCE_ID];
    let strangers = ["", "surmise", "surmise.no-such-extension/1", "surmise.gradient/999999"];
    let mut wrong: Vec<String> = strangers.map(str::to_owned).into();
    for id in ids {
        wrong.extend([format!("{id}x"), format!("{id}\0"), format!("{id}1")]);
        wrong.push(id[..id.len() - 1].to_owned());
        wrong.push(id.to_uppercase());
    }
    match wrong.iter().find(|id| subject.model.has_extension(id.as_bytes())) {
        None => Ok(()),
        Some(id) => fail(format!("it answers the unknown extension {id:?} with a table")),
    }
}
