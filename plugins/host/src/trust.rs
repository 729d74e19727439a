//! Whether anybody else could have put a file where it is.
//!
//! The rule is that of ssh's StrictModes: the file and every folder above it belong to this user
//! or to root, and nobody else may write there. What is checked first and loaded later would
//! otherwise be somebody else's choice.

use std::fs::{self, File, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

const STICKY: u32 = 0o1000;
const GROUP_WRITES: u32 = 0o020;
const OTHERS_WRITE: u32 = 0o002;

/// Who runs this program.
#[derive(Debug, Clone, Copy)]
struct User {
    uid: u32,
    gid: u32,
}

/// Checks an open file, the folders on the way to it as it was asked for, and those on the way to
/// where links lead.
pub(crate) fn check(file: &File, asked: &Path, real: &Path) -> Result<(), String> {
    let user =
        User { uid: rustix::process::geteuid().as_raw(), gid: rustix::process::getegid().as_raw() };
    let found = file.metadata().map_err(|e| format!("cannot be read: {e}"))?;
    judge(real, &found, user)?;
    let folders = asked.ancestors().skip(1).chain(real.ancestors().skip(1));
    for folder in folders.filter(|folder| folder.is_absolute()) {
        let found = fs::metadata(folder)
            .map_err(|e| format!("{} cannot be looked at: {e}", folder.display()))?;
        judge(folder, &found, user)?;
    }
    Ok(())
}

/// What is wrong with one file or folder, and what mends it.
fn judge(path: &Path, found: &Metadata, user: User) -> Result<(), String> {
    let shown = path.display();
    if ![0, user.uid].contains(&found.uid()) {
        let owner = found.uid();
        return Err(format!(
            "{shown} belongs to user {owner}, who could replace the plugin; mend it with `chown {} \
             {shown}`, or copy the plugin into a folder of yours",
            user.uid
        ));
    }
    let mode = found.mode();
    // In a sticky folder only a file's owner may replace it.
    if found.is_dir() && mode & STICKY != 0 {
        return Ok(());
    }
    // By the custom of most systems, the group of the user's own number has no other member.
    let own_group = found.gid() == user.gid && user.gid == user.uid;
    if mode & OTHERS_WRITE != 0 || mode & GROUP_WRITES != 0 && !own_group {
        return Err(format!(
            "others may write to {shown}, and so replace the plugin; mend it with `chmod go-w \
             {shown}`"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn problem(path: &Path) -> String {
        let file = File::open(path).expect("there");
        check(&file, path, path).expect_err("refused")
    }

    #[test]
    fn what_others_may_replace_is_refused_with_what_mends_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let (folder, path) = (dir.path().join("plugins"), dir.path().join("plugins/a.so"));
        fs::create_dir(&folder).expect("made");
        fs::write(&path, "").expect("written");
        let set = |path: &Path, mode| {
            fs::set_permissions(path, Permissions::from_mode(mode)).expect("set");
        };
        let file = File::open(&path).expect("there");
        set(&folder, 0o755);
        set(&path, 0o644);
        check(&file, &path, &path).expect("only its owner writes");
        set(&path, 0o646);
        assert!(problem(&path).contains(&format!("`chmod go-w {}`", path.display())));
        set(&path, 0o644);
        set(&folder, 0o777);
        assert!(problem(&path).contains(&format!("`chmod go-w {}`", folder.display())));
        set(&folder, 0o1777);
        check(&file, &path, &path).expect("a sticky folder");
    }

    #[test]
    fn a_group_of_ones_own_may_write() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::set_permissions(dir.path(), Permissions::from_mode(0o775)).expect("set");
        let found = fs::metadata(dir.path()).expect("there");
        let (uid, gid) = (found.uid(), found.gid());
        assert_eq!(judge(dir.path(), &found, User { uid, gid }).is_ok(), uid == gid);
        assert!(judge(dir.path(), &found, User { uid, gid: gid + 1 }).is_err());
        let other = User { uid: uid + 1, gid };
        let refused = judge(dir.path(), &found, other);
        assert_eq!(refused.is_err(), uid != 0 || gid != other.uid, "{refused:?}");
    }
}
