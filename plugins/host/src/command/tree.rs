//! A process and all that it has started.

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, wait};

/// A process as the kernel lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Process {
    id: u32,
    parent: u32,
}

/// All processes below that one, at this moment.
pub(crate) fn descendants(root: u32) -> Vec<u32> {
    below(root, &processes())
}

fn below(root: u32, all: &[Process]) -> Vec<u32> {
    let mut found = vec![root];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        found.extend(all.iter().filter(|p| p.parent == parent && p.id != parent).map(|p| p.id));
        next += 1;
    }
    found.split_off(1)
}

fn processes() -> Vec<Process> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let numbers = entries.flatten().filter_map(|e| e.file_name().to_str()?.parse::<u32>().ok());
    numbers.filter_map(process).collect()
}

fn process(id: u32) -> Option<Process> {
    parse(id, &fs::read_to_string(format!("/proc/{id}/stat")).ok()?)
}

/// The name in parentheses may hold anything, so what follows is found from the end.
fn parse(id: u32, stat: &str) -> Option<Process> {
    let (_, rest) = stat.rsplit_once(')')?;
    let parent = rest.split_whitespace().nth(1)?.parse().ok()?;
    Some(Process { id, parent })
}

/// Ends every process below this one, which must be the one that orphans come to: whether none is
/// left. Each round kills what there is; what that leaves without a parent is found by the next.
pub(crate) fn end_all(patience: Duration) -> bool {
    let deadline = Instant::now() + patience;
    while Instant::now() < deadline {
        for id in descendants(std::process::id()) {
            if let Some(id) = Pid::from_raw(id.cast_signed()) {
                let _gone = kill_process(id, Signal::KILL);
            }
        }
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return true,
            }
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    false
}

/// The memory in use below that process, pages that several share counted once; in bytes.
pub(crate) fn memory_bytes(root: u32, limit: u64) -> u64 {
    let all = descendants(root);
    let cheap = all.iter().map(|id| resident(*id)).sum::<u64>();
    // Proportional shares take a walk over all pages: only where the sum could mislead.
    if cheap <= limit || all.len() < 2 { cheap } else { all.iter().map(|id| share(*id)).sum() }
}

/// Memory of its own that is in use, with what it shares.
fn resident(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    kib(&status, "RssAnon:") * 1024 + kib(&status, "RssShmem:") * 1024
}

/// The same with each shared page divided by its users.
fn share(id: u32) -> u64 {
    match fs::read_to_string(format!("/proc/{id}/smaps_rollup")) {
        Ok(rollup) => kib(&rollup, "Pss_Anon:") * 1024 + kib(&rollup, "Pss_Shmem:") * 1024,
        Err(_) => resident(id),
    }
}

/// A line's number; 0 if a process that has just ended has none.
fn kib(text: &str, key: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(key));
    let number = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
    number.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_found_whatever_the_names() {
        let odd = parse(7, "7 (a) S 9) (b) R 3 7 7 0").expect("a parent");
        assert_eq!(odd, Process { id: 7, parent: 3 });
        let all = [(1, 0), (3, 1), (7, 3), (8, 7), (9, 1)];
        let all = all.map(|(id, parent)| Process { id, parent });
        assert_eq!(below(3, &all), [7, 8]);
        assert_eq!(below(9, &all), [] as [u32; 0]);
    }

    #[test]
    fn a_child_is_below_this_process_and_uses_memory() {
        let mut child = std::process::Command::new("sleep").arg("30").spawn().expect("started");
        assert!(descendants(std::process::id()).contains(&child.id()));
        assert!((1..1 << 40).contains(&resident(std::process::id())));
        child.kill().expect("killed");
        child.wait().expect("waited for");
    }
}
