//! What waits in the inboxes, seen without touching anything: for `status`, which takes no lock.

use std::time::SystemTime;

use anyhow::Result;

use super::report::{Report, Waiting};
use super::session::{done_file, named, waits_for};
use super::{RunError, own_formats};
use crate::inbox::{self, Naming, Sidecars};
use crate::os::Folder;
use crate::site::Site;

/// Files that lie in the inboxes, each with what it waits for, and what the operator should look at. `partner`: of
/// this one alone. Nothing is moved, and no batch is in the report.
pub fn look(site: &Site, partner: Option<&str>) -> Result<Report, RunError> {
    let formats = site.formats();
    let mut report = Report::default();
    if partner.is_none() {
        let strays = inbox::strays(site).map_err(anyhow::Error::from)?;
        report
            .warnings
            .extend(strays.iter().map(ToString::to_string));
    }
    let partners = site.settings().partners.values();
    for one in partners.filter(|one| partner.is_none_or(|name| name == one.name)) {
        let folder = match Folder::open(&one.inbox) {
            Ok(folder) => folder,
            Err(fault) => {
                report.warnings.push(fault.to_string());
                continue;
            }
        };
        let own = own_formats(one, formats);
        let of = |name: &str| named(&own, name);
        let done_files: Vec<String> = own.iter().filter_map(done_file).collect();
        let naming = Naming {
            of: &of,
            done_files: &done_files,
        };
        let scan = inbox::scan(
            one,
            &folder,
            naming,
            SystemTime::now(),
            &mut Sidecars::default(),
        )
        .map_err(anyhow::Error::from)?;
        report
            .warnings
            .extend(scan.warnings.iter().map(ToString::to_string));
        report
            .waiting
            .extend(scan.found.iter().map(|found| {
                Waiting {
                    partner: one.name.clone(),
                    file: found.candidate.shown_name(),
                    reason: waits_for(&found.readiness)
                        .unwrap_or_else(|| "the next run takes it".to_owned()),
                }
            }));
    }
    Ok(report)
}
