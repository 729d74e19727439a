//! The life of instances, and what they leave behind.

use std::thread;

use super::Check;
use super::system::{self, Surroundings};
use crate::data::Data;
use crate::outcome::{Verdict, fail};
use crate::raw::{Instance, Source};
use crate::subject::{Subject, fit, same};

pub(super) const CHECKS: &[Check] = &[
    Check::model("lifecycle.nothing", "destroying null does nothing", nothing),
    Check::model("lifecycle.unfitted", "an instance is destroyed without a fit", unfitted),
    Check::model("lifecycle.moves", "an instance moves from thread to thread", moves),
    Check::model("lifecycle.memory", "instances give their memory back", memory),
    Check::model("lifecycle.process", "it leaves alone what is the process's", process),
    Check::model("lifecycle.quiet", "a whole life prints nothing and leaves no file", quiet)
        .quiet(),
];

const N_MADE: usize = 10_000;
const N_FITTED: usize = 100;
/// What allocators keep for later, and no leak of a model's size stays below.
const LEAK_MAX: u64 = 1 << 20;

fn nothing(subject: &Subject) -> Verdict {
    subject.model.destroy_nothing();
    Ok(())
}

fn unfitted(subject: &Subject) -> Verdict {
    let (first, second) = (subject.create()?, subject.create()?);
    drop(first);
    let third = subject.create()?;
    drop((second, third));
    Ok(())
}

fn moves(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    for data in subject.easy() {
        let expected = subject.predicted(&mut subject.fitted(&data)?, &data)?;
        let elsewhere = |work: &mut (dyn FnMut() -> Verdict + Send)| {
            let joined = thread::scope(|scope| scope.spawn(work).join());
            joined.unwrap_or_else(|_| fail("the check itself panicked"))
        };
        let mut instance: Option<Instance> = None;
        elsewhere(&mut || {
            instance = Some(subject.create()?);
            Ok(())
        })?;
        let Some(mut instance) = instance else {
            return fail("no instance was made");
        };
        elsewhere(&mut || fit(&mut instance, &data).map(drop))?;
        let mut found = Vec::new();
        elsewhere(&mut || {
            found = subject.predicted(&mut instance, &data)?;
            Ok(())
        })?;
        if subject.repeats().is_ok() {
            same("on other threads", &found, &expected)?;
        }
    }
    Ok(())
}

fn memory(subject: &Subject) -> Verdict {
    leaks("made and destroyed", N_MADE, &mut || subject.create().map(drop))?;
    if !subject.info.fits_itself {
        return Ok(());
    }
    for data in subject.easy() {
        leaks("fitted and destroyed", N_FITTED, &mut || live(subject, &data))?;
    }
    Ok(())
}

/// Whether the process grows with each of `n` lives, after as many to warm up.
fn leaks(what: &str, n: usize, life: &mut dyn FnMut() -> Verdict) -> Verdict {
    let mut after = Vec::new();
    for _ in 0..3 {
        for _ in 0..n {
            life()?;
        }
        after.push(system::memory("VmRSS")?);
    }
    // Of two rounds the smaller growth: what grows once is a cache.
    let growth = |pair: &[u64]| pair[1].saturating_sub(pair[0]);
    match after.windows(2).map(growth).min().unwrap_or(0) {
        0..=LEAK_MAX => Ok(()),
        bytes => fail(format!("{n} instances {what} leave {} KiB behind", bytes / 1024)),
    }
}

fn live(subject: &Subject, data: &Data) -> Verdict {
    let mut instance = subject.fitted(data)?;
    subject.predicted(&mut instance, data)?;
    if subject.info.save {
        let bytes = subject.state(&mut instance)?;
        subject.predicted(&mut subject.model.load(Source::new(&bytes))?, data)?;
    }
    Ok(())
}

fn process(subject: &Subject) -> Verdict {
    let before = Surroundings::now()?;
    quiet(subject)?;
    before.unchanged()
}

/// What is printed and left, the suite finds out afterwards.
fn quiet(subject: &Subject) -> Verdict {
    drop(subject.create()?);
    if subject.info.fits_itself {
        for data in subject.easy() {
            live(subject, &data)?;
        }
    }
    Ok(())
}
