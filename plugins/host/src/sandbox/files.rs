//! Which files a model's code may open: Landlock.

use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, LandlockStatus, Ruleset,
    RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, path_beneath_rules,
};

use super::{Rights, Tenant};

/// The newest interface whose rights are meant here.
const KNOWN: ABI = ABI::V6;

/// What libraries and run-times read: other libraries, the processor, the time, chance.
const READABLE: [&str; 16] = [
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/sys/devices/system/cpu",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/dev/null",
    "/dev/random",
    "/dev/urandom",
];

/// What programs read and run beyond that: other programs, and what tells them where they are. Not
/// among them: the home folder, and what in `/etc` is nobody else's business. What `/proc` has of
/// processes outside of the sandbox beyond their names the kernel refuses by itself.
const PROGRAMS: [&str; 26] = [
    "/bin",
    "/sbin",
    "/usr",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/group",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/locale.alias",
    "/etc/magic",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/os-release",
    "/etc/passwd",
    "/etc/profile",
    "/etc/protocols",
    "/etc/services",
    "/etc/timezone",
    "/nix/store",
    "/proc",
    "/sys/class",
    "/sys/devices/system",
    "/sys/fs/cgroup",
    "/sys/module",
    "/dev/full",
    "/dev/zero",
];

/// What finds and trusts other machines.
const NETWORK: [&str; 8] = [
    "/etc/ca-certificates",
    "/etc/gai.conf",
    "/etc/host.conf",
    "/etc/hosts",
    "/etc/pki",
    "/etc/resolv.conf",
    "/etc/ssl",
    "/run/systemd/resolve",
];

/// Leaves nothing but these files for reading and the scratch folder for writing, no network, and
/// no signals to others. The version of the interface in force.
pub(super) fn restrict(scratch: &Path, tenant: &Tenant) -> Result<u8, String> {
    let status = match tenant {
        Tenant::Plugin => plugin(scratch),
        Tenant::Command(rights) => command(scratch, rights),
    };
    let status = status.map_err(|e| e.to_string())?;
    match (status.ruleset, status.landlock) {
        (RulesetStatus::NotEnforced, LandlockStatus::NotEnabled) => {
            Err("it was not enabled when this kernel was started".into())
        }
        (RulesetStatus::NotEnforced, _) => {
            Err("this kernel has none (Linux 5.13 and later)".into())
        }
        (_, LandlockStatus::Available { effective_abi, .. }) => Ok(effective_abi as u8),
        _ => Err("its version is unknown".into()),
    }
}

fn plugin(scratch: &Path) -> Result<landlock::RestrictionStatus, RulesetError> {
    let read: BitFlags<AccessFs> = AccessFs::ReadFile | AccessFs::ReadDir;
    let scratch_rights = AccessFs::from_all(KNOWN)
        & !(AccessFs::Execute
            | AccessFs::MakeChar
            | AccessFs::MakeBlock
            | AccessFs::MakeFifo
            | AccessFs::MakeSock
            | AccessFs::MakeSym
            | AccessFs::IoctlDev);
    Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(KNOWN))?
        .handle_access(AccessNet::from_all(KNOWN))?
        .scope(Scope::from_all(KNOWN))?
        .create()?
        .add_rules(path_beneath_rules(READABLE, read))?
        .add_rules(path_beneath_rules(["/dev/null"], AccessFs::ReadFile | AccessFs::WriteFile))?
        .add_rules(path_beneath_rules([scratch], scratch_rights))?
        .restrict_self()
}

fn command(scratch: &Path, rights: &Rights) -> Result<landlock::RestrictionStatus, RulesetError> {
    let read = AccessFs::ReadFile | AccessFs::ReadDir | AccessFs::Execute;
    // Files of its own may be anything but devices.
    let own = AccessFs::from_all(KNOWN) & !(AccessFs::MakeChar | AccessFs::MakeBlock);
    let network: &[&str] = if rights.network { &NETWORK } else { &[] };
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(KNOWN))?;
    let ruleset = match rights.network {
        true => ruleset,
        false => ruleset.handle_access(AccessNet::from_all(KNOWN))?,
    };
    let write: Vec<&PathBuf> = rights.write.iter().collect();
    ruleset
        .scope(Scope::from_all(KNOWN))?
        .create()?
        .add_rules(path_beneath_rules(READABLE, read))?
        .add_rules(path_beneath_rules(PROGRAMS, read))?
        .add_rules(path_beneath_rules(network, read))?
        .add_rules(path_beneath_rules(&rights.read, read))?
        .add_rules(path_beneath_rules(["/dev/null"], AccessFs::ReadFile | AccessFs::WriteFile))?
        .add_rules(path_beneath_rules(write, own))?
        .add_rules(path_beneath_rules([scratch], own))?
        .restrict_self()
}
