//! `sluss backup`: a copy of what cannot be made again.

use std::path::Path;

use anyhow::Result;
use serde_json::json;

use super::args::Common;
use super::out::Out;
use super::session;
use crate::run::backup;

/// Writes the backup, and tells what is in it.
pub(super) fn write(common: &Common, file: &Path, out: &mut Out) -> Result<()> {
    let site = session::site(common)?;
    let names = backup(&site, file)?;
    if common.json {
        return out.json(&json!({ "file": file, "holds": names }));
    }
    out.line(format!(
        "{} holds {}. It holds the site's keys: keep it as safe as the site.",
        file.display(),
        names.join(", ")
    ))
}
