//! Saving and loading: the same model comes back, and no bytes are a crash.

use rand::RngExt;
use surmise_plugin_abi as abi;

use super::{Check, system};
use crate::data::Data;
use crate::doing;
use crate::outcome::{Verdict, fail, skip, warn};
use crate::raw::{Instance, Placement, Refusal, Sink, Source, View};
use crate::subject::{Subject, orderly, same};

pub(super) const CHECKS: &[Check] = &[
    Check::model("state.returns", "a model that was saved and loaded predicts the same", returns),
    Check::model("state.same", "saving twice gives the same bytes", saved_twice),
    Check::model("state.pieces", "it reads a state that comes in small pieces", pieces),
    Check::model("state.cut", "a state cut anywhere, or with more behind it, is refused", cut),
    Check::model(
        "state.damaged",
        "a damaged state is refused, or gives a model that is usable",
        damaged,
    ),
    Check::model("state.memory", "a state cannot make it ask for much memory", memory),
    Check::model("state.writer", "a writer that fails makes saving fail", writer),
    Check::model("state.reader", "a reader that fails makes loading fail", reader),
    Check::model("state.other", "the state of another model is refused", other),
    Check::model("state.unfitted", "before a fit there is nothing to save", unfitted),
];

const N_CUTS: usize = 64;
const N_FLIPS: usize = 1000;
/// What no state of an easy model is worth.
const MEMORY_MAX: u64 = 1 << 30;

/// An easy problem, a model fitted to it, and its state.
struct Saved {
    data: Data,
    instance: Instance,
    bytes: Vec<u8>,
}

fn saved(subject: &Subject) -> Verdict<Vec<Saved>> {
    subject.fits_itself()?;
    subject.needs("save")?;
    let one = |data: Data| {
        let mut instance = subject.fitted(&data)?;
        let bytes = subject.state(&mut instance)?;
        Ok(Saved { data, instance, bytes })
    };
    subject.easy().into_iter().map(one).collect()
}

fn returns(subject: &Subject) -> Verdict {
    for mut saved in saved(subject)? {
        let expected = subject.predicted(&mut saved.instance, &saved.data)?;
        let mut loaded = subject.model.load(Source::new(&saved.bytes))?;
        let found = subject.predicted(&mut loaded, &saved.data)?;
        same("a loaded model", &found, &expected)?;
        if subject.state(&mut loaded)? != saved.bytes {
            return fail("a loaded model is saved as other bytes");
        }
    }
    Ok(())
}

fn saved_twice(subject: &Subject) -> Verdict {
    for mut saved in saved(subject)? {
        if subject.state(&mut saved.instance)? != saved.bytes {
            return fail("a second save writes other bytes");
        }
    }
    Ok(())
}

fn pieces(subject: &Subject) -> Verdict {
    for mut saved in saved(subject)? {
        let expected = subject.predicted(&mut saved.instance, &saved.data)?;
        for most in 1..=7 {
            doing::with(format!("{most} bytes at a time"));
            let mut loaded = subject
                .model
                .load(Source::new(&saved.bytes).in_pieces(most))
                .map_err(|refusal| format!("{most} bytes at a time: {refusal}"))?;
            same("read in pieces", &subject.predicted(&mut loaded, &saved.data)?, &expected)?;
        }
    }
    Ok(())
}

fn cut(subject: &Subject) -> Verdict {
    for saved in saved(subject)? {
        let n = saved.bytes.len();
        let every = n.div_ceil(N_CUTS).max(1);
        for len in (0..n).step_by(every).chain(n.checked_sub(1)) {
            let told = format!("a state cut to {len} of {n} bytes");
            doing::with(&told);
            expect_bad_state(&told, subject.model.load(Source::new(&saved.bytes[..len])))?;
        }
        let longer = [saved.bytes.as_slice(), &[0]].concat();
        expect_bad_state(
            "a state with a byte behind it",
            subject.model.load(Source::new(&longer)),
        )?;
    }
    Ok(())
}

fn expect_bad_state(told: &str, outcome: Result<Instance, Refusal>) -> Verdict {
    match outcome {
        Ok(_) => fail(format!("{told} is loaded as if it were whole")),
        Err(refusal) if refusal.status == abi::E_BAD_STATE => Ok(()),
        Err(refusal) => fail(format!("{told}: {refusal}; E_BAD_STATE is expected")),
    }
}

/// A flipped bit may well be another number. What loads must predict, or refuse to.
fn damaged(subject: &Subject) -> Verdict {
    let mut rng = subject.seed.child("damaged").rng();
    for saved in saved(subject)? {
        for _ in 0..N_FLIPS {
            if saved.bytes.is_empty() {
                break;
            }
            let mut bytes = saved.bytes.clone();
            let at = rng.random_range(0..bytes.len());
            bytes[at] ^= 1 << rng.random_range(0..8);
            doing::with(format!("byte {at} of {} changed to {}", bytes.len(), bytes[at]));
            try_state(subject, &bytes, &saved.data)?;
        }
        for n in [1, 64, 4096, 1 << 20] {
            let bytes: Vec<u8> = (0..n).map(|_| rng.random::<u64>() as u8).collect();
            doing::with(format!("{n} bytes at random"));
            try_state(subject, &bytes, &saved.data)?;
        }
    }
    Ok(())
}

fn try_state(subject: &Subject, bytes: &[u8], data: &Data) -> Verdict {
    match subject.model.load(Source::new(bytes)) {
        Ok(mut loaded) => tolerable(subject, &mut loaded, data),
        Err(refusal) if refusal.status == abi::E_BAD_STATE => Ok(()),
        Err(refusal) => fail(format!("{refusal}; E_BAD_STATE is expected")),
    }
}

/// The host checks predictions, so numbers that are none are forgiven; broken calls are not.
fn tolerable(subject: &Subject, loaded: &mut Instance, data: &Data) -> Verdict {
    let view = View::features(data, Placement::Packed)?;
    for (kind, width) in subject.kinds(loaded, data) {
        if let Err(refusal) = loaded.predict(&view, kind, data.n_rows * width) {
            orderly(refusal)?;
        }
    }
    Ok(())
}

/// Puts huge numbers where lengths may be.
fn memory(subject: &Subject) -> Verdict {
    for saved in saved(subject)? {
        let before = system::memory("VmPeak")?;
        let n = saved.bytes.len();
        let starts = (0..n.min(256)).chain((256..n).step_by(n.div_ceil(256).max(1)));
        for at in starts.filter(|at| at + 8 <= n) {
            for huge in [u64::MAX, u64::MAX >> 3, 1 << 40, 1 << 33] {
                let mut bytes = saved.bytes.clone();
                bytes[at..at + 8].copy_from_slice(&huge.to_le_bytes());
                doing::with(format!("{huge} written at byte {at} of {n}"));
                // Whether it is refused is another check.
                drop(subject.model.load(Source::new(&bytes)));
                let more = system::memory("VmPeak")?.saturating_sub(before);
                if MEMORY_MAX < more {
                    return fail(format!(
                        "a state of {n} bytes with {huge} at byte {at} makes it ask for {} MiB",
                        more >> 20
                    ));
                }
            }
        }
    }
    Ok(())
}

fn writer(subject: &Subject) -> Verdict {
    for mut saved in saved(subject)? {
        let n = saved.bytes.len();
        for room in [0, 1, n / 2, n.saturating_sub(1)].into_iter().filter(|room| *room < n) {
            doing::with(format!("a writer with room for {room} of {n} bytes"));
            let mut sink = Sink { room: Some(room), ..Sink::default() };
            match saved.instance.save(&mut sink) {
                Ok(()) => return fail(format!("saving into {room} of {n} bytes succeeds")),
                Err(refusal) if refusal.status == abi::E_IO => {}
                Err(refusal) => return warn(format!("{refusal}; E_IO is expected")),
            }
        }
        if subject.state(&mut saved.instance)? != saved.bytes {
            return fail("a save that failed changes the next one");
        }
    }
    Ok(())
}

fn reader(subject: &Subject) -> Verdict {
    for saved in saved(subject)? {
        let n = saved.bytes.len();
        for len in [0, 1, n / 2, n.saturating_sub(1), n] {
            doing::with(format!("a reader that fails after {len} of {n} bytes"));
            match subject.model.load(Source::new(&saved.bytes[..len]).failing()) {
                // It need not ask whether anything follows a state that is whole.
                Ok(_) if len == n => {}
                Ok(_) => return fail(format!("it loads a state of which {len} of {n} bytes came")),
                Err(refusal) if refusal.status == abi::E_IO => {}
                Err(refusal) => return warn(format!("{refusal}; E_IO is expected")),
            }
        }
    }
    Ok(())
}

fn other(subject: &Subject) -> Verdict {
    let saved = saved(subject)?;
    let library = subject.host_model.library();
    let own = &subject.info.component.name;
    let others = library.models().iter().filter(|info| info.component.name != *own && info.save);
    let mut tried = false;
    for info in others {
        let name = &info.component.name;
        let other = Subject::load(library.path(), name, subject.seed)?;
        for saved in &saved {
            tried = true;
            let told = format!("the state of `{own}` given to `{name}`");
            expect_bad_state(&told, other.model.load(Source::new(&saved.bytes)))?;
        }
    }
    if tried { Ok(()) } else { skip("the plugin has no other model that is saved") }
}

fn unfitted(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    subject.needs("save")?;
    let mut sink = Sink::default();
    match subject.create()?.save(&mut sink) {
        Ok(()) => fail("it saves a model that was not fitted"),
        Err(refusal) if refusal.status == abi::E_NOT_FITTED => Ok(()),
        Err(refusal) => warn(format!("{refusal}; E_NOT_FITTED is expected")),
    }
}
