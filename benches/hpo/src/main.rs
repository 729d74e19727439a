//! Regret in spaces of many parameters, for each sampler: `cargo run --release -p
//! surmise-bench-hpo -- --help`. Results: `RESULTS.md`.

mod functions;

use std::io::Write;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Parser;
use functions::{ALL, Function};
use surmise_core::sample::{Delta, Entry, Finished, Proposal, Sampler, random};
use surmise_core::seed::Seed;
use surmise_core::space::{Domain, Parameter, Space};
use surmise_core::study::{Direction, Objective, SamplerChoice, Study};
use surmise_core::trial::{Outcome, Params, TrialId};
use surmise_surrogate::sample::{cma_es, gp, tpe};

const SAMPLERS: [(&str, Entry); 4] =
    [("gp", gp::ENTRY), ("cma_es", cma_es::ENTRY), ("tpe", tpe::ENTRY), ("random", random::ENTRY)];

#[derive(Parser)]
#[command(about = "Median regret of each sampler after some trials, one line a function")]
struct Args {
    /// How many parameters
    #[arg(long, value_delimiter = ',', default_value = "30")]
    dims: Vec<usize>,
    /// After how many trials to look; the last is the budget
    #[arg(long, value_delimiter = ',', default_value = "50,100,200")]
    trials: Vec<usize>,
    /// How many studies
    #[arg(long, default_value_t = 3)]
    seeds: u64,
    #[arg(long, value_delimiter = ',', default_value = "gp,cma_es,tpe,random")]
    samplers: Vec<String>,
    #[arg(long, value_delimiter = ',')]
    functions: Vec<String>,
}

fn main() -> Result<()> {
    let mut args = Args::parse();
    args.trials.sort_unstable();
    let budget = *args.trials.last().context("`--trials` names at least one number")?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "median regret after {:?} trials, {} seeds", args.trials, args.seeds)?;
    for name in &args.samplers {
        let Some((_, entry)) = SAMPLERS.iter().find(|(known, _)| known == name) else {
            bail!("there is no sampler `{name}`");
        };
        for dims in &args.dims {
            let asked = |f: &&Function| {
                args.functions.is_empty() || args.functions.iter().any(|name| name == f.name)
            };
            for function in ALL.iter().filter(asked) {
                let studies = (0..args.seeds).map(|s| study(entry, function, *dims, s, budget));
                let studies: Vec<(Vec<f64>, Duration)> = studies.collect::<Result<_>>()?;
                let spent: Duration = studies.iter().map(|(_, spent)| *spent).sum();
                let step = spent.as_secs_f64() * 1e3 / (args.seeds as f64 * budget as f64);
                write!(out, "{name:8} {:16} {dims:4}", function.name)?;
                for trials in &args.trials {
                    write!(out, " {:10.4}", median(&studies, *trials))?;
                }
                writeln!(out, "  {step:.1} ms a step")?;
            }
        }
    }
    Ok(())
}

/// The best value after each trial, and the time that the sampler took.
fn study(
    entry: &Entry,
    function: &Function,
    dims: usize,
    seed: u64,
    budget: usize,
) -> Result<(Vec<f64>, Duration)> {
    let name = |i: usize| format!("x{i}");
    let domain = Domain::Float { low: function.low, high: function.high, log: false, step: None };
    let parameter = |i| Parameter { name: name(i), domain: domain.clone(), when: None };
    let space = Space::new((0..dims).map(parameter).collect())
        .map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
    let study = described(space, seed, budget as u64);
    let mut sampler = (entry.build)(&study)?;
    let (mut best, mut spent) = (Vec::new(), Duration::ZERO);
    let mut least = f64::INFINITY;
    for k in 0..budget as u64 {
        let begun = Instant::now();
        let stream = Seed::root(seed).child("trial").child(k).child("propose");
        let Proposal::Try { params, .. } = sampler.propose(TrialId(k), stream)? else {
            bail!("the space is exhausted");
        };
        let x = (0..dims).map(|i| params.get(&name(i)).and_then(surmise_core::Value::as_f64));
        let x: Vec<f64> = x.collect::<Option<_>>().context("a parameter is missing")?;
        let value = function.at(&x, Seed::root(dims as u64));
        show(&mut *sampler, k, &params, value)?;
        spent += begun.elapsed();
        least = least.min(value);
        best.push(least);
    }
    Ok((best, spent))
}

fn described(space: Space, seed: u64, trials: u64) -> Study {
    Study {
        name: "many".into(),
        seed,
        objective: Objective { metric: "regret".into(), direction: Direction::Minimize },
        others: Vec::new(),
        constraints: Vec::new(),
        steps: None,
        space,
        first: None,
        sampler: SamplerChoice { name: "measured".into(), settings: serde_json::Map::new() },
        trials,
        parallel: 1,
    }
}

fn show(sampler: &mut dyn Sampler, k: u64, params: &Params, value: f64) -> Result<()> {
    let outcome = Outcome::complete(value, None);
    let finished = Finished { id: TrialId(k), params, reports: &[], outcome: &outcome };
    Ok(sampler.observe(&Delta { finished: vec![finished], running: Vec::new() })?)
}

fn median(studies: &[(Vec<f64>, Duration)], trials: usize) -> f64 {
    let mut regrets: Vec<f64> = studies.iter().map(|(best, _)| best[trials - 1]).collect();
    regrets.sort_by(f64::total_cmp);
    regrets[regrets.len() / 2]
}
