//! A partner's folders, opened once and looked at before anything is taken.

use std::collections::BTreeMap;
use std::path::Path;

use super::settings::Partner;
use super::{Site, SiteError};
use crate::os::{self, Folder};

/// A partner's folders as open handles, all on one file system.
#[derive(Debug)]
pub struct PartnerFolders {
    /// Where its files arrive.
    pub inbox: Folder,
    /// Where its answers go.
    pub outbox: Folder,
    /// Inputs that were carried out or rejected.
    pub archive: Folder,
    /// Inputs that could not be read or were not allowed.
    pub quarantine: Folder,
    /// What is in hand.
    pub work: Folder,
}

/// How many times its own size an input needs free: the events alone are three times it.
const ROOM: u64 = 10;

impl Site {
    /// The site's folder as a handle.
    pub fn folder(&self) -> Result<Folder, SiteError> {
        let real = self.root.canonicalize();
        let real = real.map_err(|cause| os::Error::new("find the folder", &self.root, cause))?;
        Ok(Folder::open(&real)?)
    }

    /// Opens the folders of every partner, and makes those within the site that are not there. Refused, with every
    /// reason: a folder outside the site that is missing, a link in a folder's place, one folder for two purposes,
    /// or a partner's folders on several file systems (a file could then not be moved whole).
    pub fn prepare(&self) -> Result<BTreeMap<String, PartnerFolders>, SiteError> {
        let site = self.folder()?;
        site.ensure("ledger", 0o700)?;
        let mut reasons = Vec::new();
        let mut all = BTreeMap::new();
        for (name, partner) in &self.settings.partners {
            match self.open_folders(&site, partner) {
                Ok(folders) => {
                    all.insert(name.clone(), folders);
                }
                Err(SiteError::Refused(more)) => reasons.extend(more),
                Err(other) => return Err(other),
            }
        }
        for (name, folders) in &all {
            reasons.extend(parted(name, folders)?);
        }
        reasons.extend(shared(&all)?);
        reasons.extend(self.parted_from_owner(&all)?);
        if reasons.is_empty() {
            Ok(all)
        } else {
            Err(SiteError::Refused(reasons))
        }
    }

    fn open_folders(&self, site: &Folder, partner: &Partner) -> Result<PartnerFolders, SiteError> {
        let own = |name: &str| site.ensure(name, 0o700)?.ensure(&partner.name, 0o700);
        Ok(PartnerFolders {
            inbox: self.partner_folder(site, &partner.inbox)?,
            outbox: self.partner_folder(site, &partner.outbox)?,
            archive: own("archive")?,
            quarantine: own("quarantine")?,
            work: own("work")?,
        })
    }

    /// Opens an inbox or outbox. Within the site no step of the way may be a link; elsewhere the folder itself.
    fn partner_folder(&self, site: &Folder, path: &Path) -> Result<Folder, SiteError> {
        let refuse = |fault: os::Error| {
            let shown = path.display();
            if fault.is_not_found() {
                return SiteError::refused(format!("{shown} is not there; make the folder first"));
            }
            if fault.is_link() || fault.kind() == std::io::ErrorKind::NotADirectory {
                return SiteError::refused(format!(
                    "{shown} is a link or no folder; name the folder itself"
                ));
            }
            SiteError::World(fault)
        };
        let Ok(within) = path.strip_prefix(&self.root) else {
            return Folder::open(path).map_err(refuse);
        };
        let mut parts = within.iter();
        let first = parts.next().expect("the settings refuse the site itself");
        let mut folder = site.ensure(first, 0o750).map_err(refuse)?;
        for part in parts {
            folder = folder.ensure(part, 0o750).map_err(refuse)?;
        }
        Ok(folder)
    }

    /// An insurer's events go to the outbox of the book's owner: from its own work folder.
    fn parted_from_owner(&self, all: &BTreeMap<String, PartnerFolders>) -> os::Result<Vec<String>> {
        let mut reasons = Vec::new();
        for (name, folders) in all {
            let book = &self.settings.partners[name].book;
            let Some(owner) = all.get(book).filter(|_| book != name) else {
                continue;
            };
            if folders.work.mount()? != owner.outbox.mount()? {
                let shown = owner.outbox.path().display();
                reasons.push(format!(
                    "{shown} is on another file system than {}: answers could not be moved there whole",
                    folders.work.path().display()
                ));
            }
        }
        Ok(reasons)
    }
}

/// Says which folders of a partner lie on another file system than its work folder.
fn parted(name: &str, folders: &PartnerFolders) -> os::Result<Vec<String>> {
    let work = folders.work.mount()?;
    let mut reasons = Vec::new();
    for folder in folders.all() {
        if folder.mount()? != work {
            reasons.push(format!(
                "{} is on another file system than {}; partner `{name}` needs its folders on one, so that files can be moved whole",
                folder.path().display(),
                folders.work.path().display()
            ));
        }
    }
    Ok(reasons)
}

/// Says which folders are one and the same under several names, such as two mounts of one folder.
fn shared(all: &BTreeMap<String, PartnerFolders>) -> os::Result<Vec<String>> {
    let mut seen = BTreeMap::new();
    let mut reasons = Vec::new();
    for folder in all.values().flat_map(PartnerFolders::all) {
        let stat = folder.stat()?;
        if let Some(other) = seen.insert((stat.device, stat.inode), folder.path()) {
            reasons.push(format!(
                "{} and {} are the same folder; each needs its own",
                other.display(),
                folder.path().display()
            ));
        }
    }
    Ok(reasons)
}

impl PartnerFolders {
    fn all(&self) -> [&Folder; 5] {
        let Self {
            inbox,
            outbox,
            archive,
            quarantine,
            work,
        } = self;
        [inbox, outbox, archive, quarantine, work]
    }

    /// Bytes that are missing before an input of this size may be begun; 0: there is room.
    pub fn room_missing(&self, bytes: u64) -> os::Result<u64> {
        Ok(bytes.saturating_mul(ROOM).saturating_sub(self.work.free()?))
    }
}
