//! Giving up what the user's account could do beyond this process.

use std::io;

use rustix::process::{DumpableBehavior, set_dumpable_behavior};
use rustix::thread::{
    CapabilitySet, CapabilitySets, remove_capability_from_bounding_set, set_capabilities,
    set_no_new_privs,
};

/// No program that is run from here on gets more rights, nobody of the same user can look into
/// this process, and root is left with nothing that makes it root.
pub(super) fn drop_all() -> io::Result<()> {
    set_no_new_privs(true)?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    // Refused where the kernel's capabilities end, and to users who have none.
    (0..64)
        .map(|n| CapabilitySet::from_bits_retain(1 << n))
        .take_while(|capability| remove_capability_from_bounding_set(*capability).is_ok())
        .for_each(drop);
    let none = CapabilitySet::empty();
    let none = CapabilitySets { effective: none, permitted: none, inheritable: none };
    Ok(set_capabilities(None, none)?)
}
