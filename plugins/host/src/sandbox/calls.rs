//! Which system calls a model's code may make: seccomp.
//!
//! A list of what is denied. Computing, memory, threads, and files that were opened before or that
//! Landlock allows are left; the network and the kernel's rarer doors are not, and to a plugin no
//! other processes.
//! What libraries try and do without answers with an error; what only an attack would call ends
//! the process.

use std::collections::BTreeMap;
use std::env::consts::ARCH;

use libc::c_long;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen as Len, SeccompCmpOp as Op,
    SeccompCondition, SeccompFilter, SeccompRule, TargetArch, apply_filter, sock_filter,
};

use super::Tenant;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Denied to plugins whatever the arguments: other programs and other processes.
const PROCESSES: &[c_long] = &[
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_kill,
    libc::SYS_tkill,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_send_signal,
    libc::SYS_setsid,
    libc::SYS_setpgid,
    libc::SYS_setrlimit,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_fork,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_vfork,
];

/// Denied without the network: it, and sockets that reach other processes.
const NETWORK: &[c_long] = &[
    libc::SYS_socket,
    libc::SYS_bind,
    libc::SYS_connect,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
];

/// Denied whatever the arguments.
const DENIED: &[c_long] = &[
    // What looks into other processes or reaches them.
    libc::SYS_pidfd_getfd,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_kcmp,
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_shmctl,
    libc::SYS_semget,
    libc::SYS_semctl,
    libc::SYS_msgget,
    libc::SYS_msgctl,
    libc::SYS_mq_open,
    // Memory that no limit counts.
    libc::SYS_memfd_create,
    libc::SYS_memfd_secret,
    // Another identity.
    libc::SYS_setuid,
    libc::SYS_setgid,
    libc::SYS_setreuid,
    libc::SYS_setregid,
    libc::SYS_setresuid,
    libc::SYS_setresgid,
    libc::SYS_setgroups,
    libc::SYS_setfsuid,
    libc::SYS_setfsgid,
    libc::SYS_capset,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_chroot,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    // Doors around this filter, and into the kernel.
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    libc::SYS_fanotify_init,
    libc::SYS_syslog,
    libc::SYS_quotactl,
    libc::SYS_personality,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_vhangup,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_modify_ldt,
];

/// What nobody calls who means well: it ends the process.
const FATAL: &[c_long] = &[
    libc::SYS_ptrace,
    libc::SYS_bpf,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_mount_setattr,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_reboot,
    libc::SYS_kexec_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_acct,
];

/// Filters the calling thread's system calls from here on.
pub(super) fn filter(tenant: &Tenant) -> Result<(), String> {
    let arch = TargetArch::try_from(ARCH).map_err(|e| e.to_string())?;
    let errno = |code: i32| SeccompAction::Errno(code.unsigned_abs());
    let denied = match tenant {
        Tenant::Plugin => plugin(std::process::id()),
        Tenant::Command(rights) => command(rights.network),
    };
    let filters = [
        (denied.map_err(|e| e.to_string())?, errno(libc::EPERM)),
        // The C library then takes `clone`, whose arguments a filter can see.
        (BTreeMap::from([(libc::SYS_clone3, Vec::new())]), errno(libc::ENOSYS)),
        (FATAL.iter().map(|call| (*call, Vec::new())).collect(), SeccompAction::KillProcess),
    ];
    let mut programs = Vec::with_capacity(filters.len() + 1);
    for (rules, action) in filters {
        let filter = SeccompFilter::new(rules, SeccompAction::Allow, action, arch);
        let program: BpfProgram = filter.and_then(TryInto::try_into).map_err(|e| e.to_string())?;
        programs.push(program);
    }
    programs.extend(other_numbers());
    programs.iter().try_for_each(|program| apply_filter(program)).map_err(|e| e.to_string())
}

/// Whether this kernel filters system calls.
pub(super) fn can_filter() -> bool {
    let action = libc::SECCOMP_RET_ERRNO;
    let (ask, flags) = (libc::SECCOMP_GET_ACTION_AVAIL, 0);
    // SAFETY: reads one number, which is there.
    unsafe { libc::syscall(libc::SYS_seccomp, ask, flags, &raw const action) == 0 }
}

/// The rules of what answers "not permitted" to a plugin in the process of that number.
fn plugin(own: u32) -> Result<Rules, BackendError> {
    let thread = libc::CLONE_THREAD as u64;
    let shared = (libc::MAP_SHARED | libc::MAP_ANONYMOUS) as u64;
    let mut rules = always(&[DENIED, NETWORK, PROCESSES]);
    // A thread is welcome, a process is not.
    rules.insert(libc::SYS_clone, vec![rule(&[(0, Len::Qword, Op::MaskedEq(thread), 0)])?]);
    // Aborting sends a signal to oneself.
    rules.insert(libc::SYS_tgkill, vec![rule(&[(0, Len::Dword, Op::Ne, own.into())])?]);
    // Asking for a limit is welcome, setting one is not.
    rules.insert(libc::SYS_prlimit64, vec![rule(&[(2, Len::Qword, Op::Ne, 0)])?]);
    // The limit on memory does not count what is shared with nobody.
    rules.insert(libc::SYS_mmap, vec![rule(&[(3, Len::Dword, Op::MaskedEq(shared), shared)])?]);
    // Outliving the host, or being looked into.
    let prctl = |option: i32| rule(&[(0, Len::Dword, Op::Eq, option.unsigned_abs().into())]);
    let options = [libc::PR_SET_PDEATHSIG, libc::PR_SET_DUMPABLE, libc::PR_SET_PTRACER];
    rules.insert(libc::SYS_prctl, options.into_iter().map(prctl).collect::<Result<_, _>>()?);
    Ok(rules)
}

/// The rules of what answers "not permitted" to a command, and to all that it starts.
fn command(network: bool) -> Result<Rules, BackendError> {
    let mut rules = always(&[DENIED]);
    if !network {
        rules.extend(always(&[NETWORK]));
    }
    // A process is welcome, but in no world of its own.
    let world = |flag: i32| {
        let flag = u64::from(flag.cast_unsigned());
        rule(&[(0, Len::Qword, Op::MaskedEq(flag), flag)])
    };
    let worlds = [
        libc::CLONE_NEWUSER,
        libc::CLONE_NEWNS,
        libc::CLONE_NEWPID,
        libc::CLONE_NEWNET,
        libc::CLONE_NEWIPC,
        libc::CLONE_NEWUTS,
        libc::CLONE_NEWCGROUP,
    ];
    rules.insert(libc::SYS_clone, worlds.into_iter().map(world).collect::<Result<_, _>>()?);
    // Setting one's own limits is welcome, setting those of others is not.
    let others = [(0, Len::Dword, Op::Ne, 0), (2, Len::Qword, Op::Ne, 0)];
    rules.insert(libc::SYS_prlimit64, vec![rule(&others)?]);
    Ok(rules)
}

fn always(lists: &[&[c_long]]) -> Rules {
    lists.iter().flat_map(|list| list.iter()).map(|call| (*call, Vec::new())).collect()
}

/// Calls of which all of these arguments are so.
fn rule(conditions: &[(u8, Len, Op, u64)]) -> Result<SeccompRule, BackendError> {
    let condition = |(index, len, op, value): &(u8, Len, Op, u64)| {
        SeccompCondition::new(*index, len.clone(), op.clone(), *value)
    };
    SeccompRule::new(conditions.iter().map(condition).collect::<Result<_, _>>()?)
}

/// On x86-64 every call has a second number, of the 32-bit ABI with 64-bit registers: refuse them.
fn other_numbers() -> Option<BpfProgram> {
    const FIRST: u32 = 0x4000_0000;
    const LOAD_WORD: u32 = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
    const JUMP_IF_AT_LEAST: u32 = libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K;
    const RETURN: u32 = libc::BPF_RET | libc::BPF_K;
    let step = |code: u32, jt, jf, k| sock_filter { code: code as u16, jt, jf, k };
    cfg!(target_arch = "x86_64").then(|| {
        vec![
            step(LOAD_WORD, 0, 0, 0),
            step(JUMP_IF_AT_LEAST, 0, 1, FIRST),
            step(RETURN, 0, 0, libc::SECCOMP_RET_ERRNO | libc::EPERM.unsigned_abs()),
            step(RETURN, 0, 0, libc::SECCOMP_RET_ALLOW),
        ]
    })
}
