//! What holds of every worker, whatever it says.

use std::fs::File;

use proptest::prelude::*;
use proptest::sample::Index;
use rustix::net::{SendFlags, send};

use super::super::scratch::Root;
use super::*;
use crate::Error;
use crate::runner::error_of;

/// A worker that has said all it will ever say, and whose process is gone.
fn worker(folder: Folder) -> (Worker, OwnedFd) {
    let (channel, socket) = Channel::pair().expect("a pair");
    // Always readable, as is the descriptor of a process that has ended.
    let pidfd = File::open("/dev/null").expect("there").into();
    let worker = Worker {
        child: None,
        pidfd,
        channel,
        output: None,
        folder,
        watch: Watch::new(std::process::id(), false, None),
        memory_bytes: None,
        time: Some(LOADING),
        calls: vec![Call::Start],
        progress: Progress::new().expect("made"),
        at: 0,
        deadline: None,
        n_requests: 0,
        worked: Duration::ZERO,
        log: None,
        tail: Vec::new(),
        ready: None,
    };
    (worker, socket)
}

fn is_explained(words: &str) {
    assert!(!words.is_empty() && text::is_plain(words), "{words:?}");
}

fn is_told(error: &Error) {
    match error {
        Error::Ended { verdict: words, .. }
        | Error::Contract { reason: words, .. }
        | Error::Call { message: words, status: ..=-1, .. } => is_explained(words),
        _ => panic!("{error:?}"),
    }
}

/// Listens as a study might, and checks what it hears.
#[derive(Default)]
struct Study {
    last: Option<u64>,
}

impl Study {
    fn hear(&mut self, heard: &Report) -> Verdict {
        assert!(self.last.is_none_or(|last| last < heard.step), "{heard:?} after {:?}", self.last);
        assert!(heard.metrics.len() as u64 <= METRICS_MAX);
        for (name, _) in &heard.metrics {
            assert!(name.len() <= METRIC_NAME_BYTES_MAX && text::is_plain(name), "{name:?}");
        }
        self.last = Some(heard.step);
        [Verdict::Continue, Verdict::Stop, Verdict::Cancel][heard.step as usize % 3]
    }
}

/// Asks a worker for all that a worker can be asked for, until it is gone.
fn converse(worker: &mut Worker) -> Result<(), String> {
    worker.ready()?;
    let params = "{}".to_owned();
    let create = || Job::Create { model: "ridge".to_owned(), params: params.clone() };
    let fit = || Job::Fit { seed: 1, n_threads: 1, has_validation: false };
    let predict = || Job::Predict { kind: wire::Kind::Value, n_values: 3 };
    for jobs in [
        // Nobody says that a later job has begun, so that reports come from the first.
        vec![fit()],
        vec![predict()],
        vec![Job::Save],
        vec![Job::Destroy],
        vec![create(), fit(), predict(), Job::Destroy],
    ] {
        let mut study = Study::default();
        let (fits, n_jobs) = (jobs.iter().any(|job| job.call() == Call::Fit), jobs.len());
        let mut n_reports = 0;
        let outcomes = worker.work(jobs, &[], 0, &mut |heard| {
            n_reports += 1;
            study.hear(&heard)
        });
        assert!(n_reports == 0 || fits, "only a fit reports");
        match outcomes {
            Ok(outcomes) => {
                assert_eq!(outcomes.len(), n_jobs);
                if let [Outcome::Saved { n_bytes }] = outcomes[..] {
                    match worker.bytes(n_bytes as usize) {
                        Ok(bytes) => assert_eq!(bytes.len() as u64, n_bytes),
                        Err(Trouble::Ended(words)) => return Err(words),
                        Err(Trouble::Failed(..)) => panic!("bytes come or do not"),
                    }
                }
            }
            Err(Trouble::Ended(words)) => return Err(words),
            Err(failed) => is_told(&error_of(failed, "a".to_owned(), "b".to_owned())),
        }
    }
    Ok(())
}

/// What a good worker says from its start to its end.
fn good() -> Vec<Vec<u8>> {
    let descriptor = "{}".to_owned();
    let report = |step| Said::Report { step, metrics: vec![("loss".to_owned(), step)] };
    let done = |number, outcomes: &[Outcome]| Said::Done { number, outcomes: outcomes.to_vec() };
    let failure = Failure::Contract { reason: "predicts nothing".to_owned() };
    let (nothing, fitted) = (Outcome::Nothing, Outcome::Fitted { stopped: true });
    let destroyed = Outcome::Destroyed { clean: true };
    let said = [
        Said::Ready { level: Level::default(), descriptor },
        report(1),
        report(2),
        report(5),
        done(1, &[fitted]),
        Said::Failed { number: 2, at: 0, failure },
        done(3, &[Outcome::Saved { n_bytes: 3 }]),
        done(4, &[destroyed]),
        done(5, &[nothing, fitted, nothing, destroyed]),
    ];
    let mut said: Vec<_> = said.iter().map(on_the_wire).collect();
    said.insert(7, b"abc".to_vec());
    said
}

fn on_the_wire(said: &Said) -> Vec<u8> {
    serde_json::to_vec(said).expect("JSON")
}

fn any_said() -> impl Strategy<Value = Vec<u8>> {
    let number = || prop_oneof![4 => 1u64..6, 1 => any::<u64>()];
    let name = prop_oneof![8 => "\\PC{0,6}|.{0,6}", 1 => "[a\u{e9}]{120,260}"];
    let metrics = prop_oneof![
        8 => prop::collection::vec((name, any::<u64>()), 0..4),
        1 => prop::collection::vec(("[ab]", any::<u64>()), 60..70),
    ];
    let outcome = prop_oneof![
        Just(()).prop_map(|()| Outcome::Nothing),
        any::<bool>().prop_map(|stopped| Outcome::Fitted { stopped }),
        number().prop_map(|n_bytes| Outcome::Saved { n_bytes }),
        any::<bool>().prop_map(|clean| Outcome::Destroyed { clean }),
    ];
    let outcomes = prop::collection::vec(outcome, 0..6);
    let failure = prop_oneof![
        (any::<i32>(), ".{0,9}").prop_map(|(status, message)| Failure::Status { status, message }),
        ".{0,9}".prop_map(|reason| Failure::Contract { reason }),
        ".{0,9}".prop_map(|reason| Failure::Worker { reason }),
    ];
    let said = prop_oneof![
        4 => (number(), metrics).prop_map(|(step, metrics)| Said::Report { step, metrics }),
        2 => (number(), outcomes).prop_map(|(number, outcomes)| Said::Done { number, outcomes }),
        2 => (number(), 0usize..6, failure)
            .prop_map(|(number, at, failure)| Said::Failed { number, at, failure }),
        1 => ".{0,9}".prop_map(|descriptor| Said::Ready { level: Level::default(), descriptor }),
        1 => ".{0,9}".prop_map(|reason| Said::Refused { reason }),
    ];
    said.prop_map(|said| on_the_wire(&said))
}

/// One thing that goes wrong with what a worker says.
#[derive(Debug, Clone)]
enum Change {
    Say(Vec<u8>),
    Replace(Vec<u8>),
    Drop,
    Repeat,
    Flip(Index, u8),
    Head(u8),
    Split(Index),
    Flood,
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        any_said().prop_map(Change::Say),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Change::Say),
        any_said().prop_map(Change::Replace),
        Just(Change::Drop),
        Just(Change::Repeat),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Flip(at, byte)),
        (0u8..4).prop_map(Change::Head),
        any::<Index>().prop_map(Change::Split),
        Just(Change::Flood),
    ]
}

/// The packets, of which each begins with whether more follow, after a change at one of them.
fn change(packets: &mut Vec<Vec<u8>>, at: usize, change: Change) {
    let whole = |message: Vec<u8>| [vec![0], message].concat();
    match change {
        Change::Say(message) => packets.insert(at, whole(message)),
        Change::Replace(message) => packets[at] = whole(message),
        Change::Drop if packets.len() > 1 => drop(packets.remove(at)),
        Change::Drop => {}
        Change::Repeat => packets.insert(at, packets[at].clone()),
        Change::Flip(place, byte) => {
            let place = place.index(packets[at].len());
            packets[at][place] = byte;
        }
        Change::Head(byte) => packets[at][0] = byte,
        Change::Split(place) => {
            let place = 1 + place.index(packets[at].len());
            let place = place.min(packets[at].len());
            let rest = packets[at].split_off(place);
            packets[at][0] = 1;
            packets.insert(at + 1, whole(rest));
        }
        Change::Flood => packets[at].resize(61 * 1024, b' '),
    }
}

/// What comes of a worker that sends these packets and ends.
fn survives(root: &Root, packets: &[Vec<u8>], is_gone: bool) -> Result<(), String> {
    let (mut worker, socket) = worker(root.folder().expect("made"));
    for packet in packets {
        // Of a flood the last packets find no room.
        let _full = send(&socket, packet, SendFlags::NOSIGNAL | SendFlags::DONTWAIT);
    }
    let socket = (!is_gone).then_some(socket);
    let outcome = converse(&mut worker);
    drop(socket);
    outcome.inspect_err(|words| is_explained(words))
}

fn scratch() -> (tempfile::TempDir, Root) {
    let parent = tempfile::tempdir().expect("a folder");
    let root = Root::new(parent.path()).expect("made");
    (parent, root)
}

fn packets(said: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    said.into_iter().map(|message| [vec![0], message].concat()).collect()
}

#[test]
fn a_good_worker_does_all_it_is_asked() {
    let (_parent, root) = scratch();
    assert_eq!(survives(&root, &packets(good()), false), Ok(()));
}

#[test]
fn any_words_of_a_worker_are_survived() {
    let (_parent, root) = scratch();
    let changes = prop::collection::vec((any::<Index>(), any_change()), 1..6);
    let input = (changes, prop::bool::weighted(0.1));
    proptest!(ProptestConfig::with_cases(256), |((changes, is_gone) in input)| {
        let mut packets = packets(good());
        for (at, what) in changes {
            let at = at.index(packets.len());
            change(&mut packets, at, what);
        }
        let _told = survives(&root, &packets, is_gone);
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn reports_are_in_order_and_bounded(
        before in REPORTS_MAX - 9..=REPORTS_MAX,
        said in prop::collection::vec((0u64..60, 0usize..70, 0usize..300), 0..20),
    ) {
        let mut reports = Reports { n: before, last_step: None };
        let mut study = Study::default();
        for (step, n_metrics, name_len) in said {
            let metrics = vec![("é".repeat(name_len / 2), 0); n_metrics];
            match reports.check(step, metrics) {
                Ok(heard) => drop(study.hear(&heard)),
                Err(problem) => is_explained(problem),
            }
        }
        prop_assert!(reports.n <= REPORTS_MAX);
    }
}
