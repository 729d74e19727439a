//! Reports and texts as a misbehaving plugin would send them.

use super::*;

/// Sends what `send` sends during a fit; its outcome, and what the listener heard.
fn hear(send: impl FnOnce(&abi::Host)) -> (Result<(), String>, Vec<Report>) {
    let services = Services::new();
    let mut heard = Vec::new();
    let mut listener = |report| {
        heard.push(report);
        Verdict::Continue
    };
    // SAFETY: the host's own struct, alive here.
    let ((), outcome) = services.listen(&mut listener, || send(unsafe { &*services.host() }));
    (outcome, heard)
}

fn send(host: &abi::Host, step: u64, metrics: &[abi::Metric]) -> i32 {
    let filled = abi::Report {
        struct_size: size_of::<abi::Report>() as u64,
        step,
        metrics: metrics.as_ptr(),
        n_metrics: metrics.len() as u64,
        valid_pred: std::ptr::null(),
        n_valid_pred: 0,
    };
    // SAFETY: a live host, and a report that lives for the call.
    unsafe { host.report.expect("there")(host.ctx, &raw const filled) }
}

fn metric(name: &str, value: f64) -> abi::Metric {
    abi::Metric { name: abi::Str::new(name), value }
}

#[test]
fn reports_arrive_cleaned() {
    let (outcome, heard) = hear(|host| {
        assert_eq!(send(host, 3, &[metric("lo\x1bss", f64::NAN)]), abi::CONTINUE);
        assert_eq!(send(host, 9, &[]), abi::CONTINUE);
    });
    assert_eq!(outcome, Ok(()));
    assert_eq!((heard[0].step, heard[0].metrics[0].0.as_str(), heard[1].step), (3, "loss", 9));
    assert!(heard[0].metrics[0].1.is_nan());
}

#[test]
fn reports_against_the_contract_cancel_the_fit() {
    let long = "n".repeat(METRIC_NAME_BYTES_MAX + 1);
    type Misbehave<'a> = &'a dyn Fn(&abi::Host) -> i32;
    let cases: [(&str, Misbehave<'_>); 4] = [
        ("after a later one", &|host| {
            send(host, 1, &[]);
            send(host, 1, &[])
        }),
        ("65 metrics at once", &|host| send(host, 0, &[metric("a", 0.0); 65])),
        ("an overlong name", &|host| send(host, 0, &[metric(&long, 0.0)])),
        // SAFETY: a live host; null is what is tested.
        ("a null pointer", &|host| unsafe {
            host.report.expect("there")(host.ctx, std::ptr::null())
        }),
    ];
    for (expected, misbehave) in cases {
        let (outcome, _) = hear(|host| assert_eq!(misbehave(host), abi::CANCEL));
        let breach = outcome.expect_err("a breach");
        assert!(breach.contains(expected), "{breach}");
    }
}

#[test]
fn a_report_from_another_thread_never_reaches_the_listener() {
    struct Shared(abi::Host);
    // SAFETY: by the ABI the host may be used from any thread; `report` must cope.
    unsafe impl Sync for Shared {}
    let (outcome, heard) = hear(|host| {
        let host = &Shared(*host);
        std::thread::scope(|scope| scope.spawn(move || send(&host.0, 0, &[])).join())
            .expect("no panic");
    });
    assert!(outcome.expect_err("a breach").contains("another thread"));
    assert_eq!(heard, []);
}

#[test]
fn a_report_after_the_fit_is_cancelled() {
    let services = Services::new();
    // SAFETY: the host's own struct, alive here.
    assert_eq!(send(unsafe { &*services.host() }, 0, &[]), abi::CANCEL);
}

#[test]
fn a_verdict_is_kept_for_the_question_between_reports() {
    let services = Services::new();
    // SAFETY: the host's own struct, alive here.
    let host = unsafe { *services.host() };
    // SAFETY: as above.
    let ask = || unsafe { host.should_stop.expect("there")(host.ctx) };
    let fit = || {
        assert_eq!(ask(), abi::CONTINUE);
        assert_eq!(send(&host, 0, &[]), abi::STOP);
        assert_eq!(ask(), abi::STOP);
    };
    let ((), outcome) = services.listen(&mut |_| Verdict::Stop, fit);
    assert_eq!(outcome, Ok(()));
}

#[test]
fn a_huge_error_text_is_cut_before_it_is_copied() {
    let services = Services::new();
    // SAFETY: the host's own struct, alive here.
    let host = unsafe { *services.host() };
    let text = vec![b'x'; TEXT_BYTES_MAX + 1];
    // SAFETY: a live host. The length lies, but only its beginning may be read.
    unsafe { host.set_error.expect("there")(host.ctx, -1, text.as_ptr().cast(), u64::MAX) };
    let kept = services.take_error().expect("a text");
    assert_eq!(kept.chars().count(), TEXT_BYTES_MAX + 1, "and an ellipsis");
    assert_eq!(services.take_error(), None);
}
