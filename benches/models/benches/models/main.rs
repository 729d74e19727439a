//! The first-party models beside other libraries: the same work, in turn, each in a process of its
//! own.
//!
//! Without a work's name this program is the one that compares: it writes the rows, starts itself
//! and `peers/peers.py` for each work, one after the other, and prints the tables of RESULTS.md.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "tables and progress")]

use std::path::PathBuf;

use clap::Parser;

mod compare;
mod data;
mod measure;
mod networks;
mod play;
mod score;
mod side;
mod work;

/// Compares the first-party models with other libraries.
#[derive(Debug, Parser)]
struct Args {
    /// Works to do; all if none is named.
    names: Vec<String>,
    /// The Python that has the other libraries; without it only Surmise works.
    #[arg(long)]
    python: Option<PathBuf>,
    /// How often the sides take turns.
    #[arg(long, default_value_t = 3)]
    pairs: usize,
    /// Does one work in this process, and prints what it took.
    #[arg(long, hide = true)]
    alone: bool,
    /// How many threads a model may use when it works alone.
    #[arg(long, default_value_t = 1, hide = true)]
    threads: u32,
    /// `cargo bench` says so.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let args = Args::parse();
    let chosen = work::chosen(&args.names);
    if !args.alone {
        return compare::run(&chosen, args.python.as_deref(), args.pairs);
    }
    for work in chosen {
        let taken = play::play(&work, args.threads);
        println!("{}", serde_json::to_string(&taken).expect("plain data"));
    }
}
