//! Both sides in turn, and the tables.

use std::path::{Path, PathBuf};

use crate::measure::Taken;
use crate::side::{ours, theirs};
use crate::work::Work;

/// Prints, as Markdown, what each work takes beside the fastest of the other libraries, and what a
/// second thread gives.
pub(crate) fn run(works: &[Work], python: Option<&Path>, pairs: usize) {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rows");
    std::fs::create_dir_all(&dir).expect("room for the rows");
    println!("| work | Surmise | the fastest other | ratio, of the least | of each pair | aim |");
    println!("|---|---|---|---|---|---|");
    let mut peaks = Vec::new();
    for work in works {
        eprintln!("{}: {pairs} pairs", work.name);
        let data = python.map(|python| (python, work.source.write(&dir)));
        let taken: Vec<(Taken, Vec<Taken>)> = (0..pairs)
            .map(|_| {
                let own = ours(work, 1);
                let theirs = |(python, data): &(&Path, PathBuf)| {
                    theirs(work.name, work.repeats, python, data)
                };
                (own, data.iter().flat_map(theirs).collect())
            })
            .collect();
        println!("{}", row(work, &taken));
        if let (Some(products), Some((python, data))) = (work.products, &data) {
            peaks.push(beside_peak(products, &taken, python, data));
        }
    }
    println!("\n{}", peaks.join("\n"));
    println!("\n| work | one thread | two | ratio | peak memory of one, rows included |");
    println!("|---|---|---|---|---|");
    for work in works {
        eprintln!("{}: {pairs} pairs of one thread and two", work.name);
        let taken: Vec<[Taken; 2]> = (0..pairs).map(|_| [ours(work, 1), ours(work, 2)]).collect();
        println!("{}", threads(work, &taken));
    }
}

fn row(work: &Work, taken: &[(Taken, Vec<Taken>)]) -> String {
    let own = least(taken.iter().map(|(own, _)| own.cpu));
    let start = format!("| `{}` | {}, {} |", work.name, seconds(own), score(taken[0].0.score));
    let fastest =
        taken.iter().flat_map(|(_, others)| others).min_by(|a, b| a.cpu.total_cmp(&b.cpu));
    let Some(fastest) = fastest else { return format!("{start} | | | |") };
    let quickest = |others: &[Taken]| least(others.iter().map(|other| other.cpu));
    let mut ratios: Vec<f64> =
        taken.iter().map(|(own, others)| quickest(others) / own.cpu).collect();
    ratios.sort_by(f64::total_cmp);
    format!(
        "{start} {}, {}: {} | {:.1}× | {:.1}–{:.1}× | {}× |",
        seconds(fastest.cpu),
        score(fastest.score),
        fastest.library,
        fastest.cpu / own,
        ratios[0],
        ratios[ratios.len() - 1],
        work.aim,
    )
}

/// What an epoch takes beside its matrix products alone, at the best rate of this machine.
fn beside_peak(products: f64, taken: &[(Taken, Vec<Taken>)], python: &Path, data: &Path) -> String {
    let [peak]: [Taken; 1] = theirs("product_peak", 20, python, data).try_into().expect("one line");
    let (own, alone) = (least(taken.iter().map(|(own, _)| own.cpu)), products / peak.score);
    format!(
        "At the best rate of {}'s products here, {:.0} GFLOP/s, those of an epoch take {}; Surmise \
         takes {}: {:.2} times that.",
        peak.library,
        peak.score / 1e9,
        seconds(alone),
        seconds(own),
        own / alone,
    )
}

/// # Panics
/// If the bits depend on the number of threads.
fn threads(work: &Work, taken: &[[Taken; 2]]) -> String {
    let same = taken.iter().flatten().all(|each| each.bits == taken[0][0].bits);
    assert!(same, "`{}` depends on the number of threads", work.name);
    let wall = |i: usize| least(taken.iter().map(|pair| pair[i].wall));
    let (one, two) = (wall(0), wall(1));
    let peak = least(taken.iter().map(|pair| pair[0].peak));
    let name = work.name;
    format!(
        "| `{name}` | {} | {} | {:.1}× | {peak:.0} MiB |",
        seconds(one),
        seconds(two),
        one / two
    )
}

fn least(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(f64::INFINITY, f64::min)
}

fn seconds(seconds: f64) -> String {
    match seconds < 1.0 {
        true => format!("{:.3} ms", seconds * 1e3),
        false => format!("{seconds:.3} s"),
    }
}

fn score(score: f64) -> String {
    format!("{score:.4}")
}
