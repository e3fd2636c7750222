//! What kind of workbook the bytes are, and whether they unpack to no more than allowed. Sizes are counted while
//! unpacking: what an archive declares about itself is its maker's word.

use std::io::{Read, Seek, SeekFrom};

use memchr::memmem;
use zip::ZipArchive;

use super::frame::Refusal;

/// More parts than any workbook of records has.
const ENTRIES_MAX: usize = 10_000;
/// Up to here a high ratio is no danger: small files pack well.
const RATIO_FROM: u64 = 4 << 20;

/// A kind of workbook that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Xlsx,
    Xls,
    Ods,
}

/// Looks at the whole file. The position is the start again afterwards.
pub(super) fn inspect<R: Read + Seek>(
    file: &mut R,
    inflated: u64,
    ratio: u64,
) -> Result<Kind, Refusal> {
    let mut magic = [0; 8];
    rewind(file)?;
    let length = file
        .seek(SeekFrom::End(0))
        .map_err(|_| Refusal::Unreadable)?;
    rewind(file)?;
    file.read_exact(&mut magic)
        .map_err(|_| Refusal::Unreadable)?;
    let kind = if magic.starts_with(b"PK") {
        let allowed = length.saturating_mul(ratio).max(RATIO_FROM);
        packed(file, inflated.min(allowed))
    } else if magic == *b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" {
        compound(file)
    } else {
        Err(Refusal::Unreadable)
    }?;
    rewind(file)?;
    Ok(kind)
}

fn rewind<R: Seek>(file: &mut R) -> Result<(), Refusal> {
    file.rewind().map_err(|_| Refusal::Unreadable)
}

fn packed<R: Read + Seek>(file: &mut R, allowed: u64) -> Result<Kind, Refusal> {
    let unreadable = |_| Refusal::Unreadable;
    rewind(file)?;
    let mut archive = ZipArchive::new(file).map_err(unreadable)?;
    if archive.len() > ENTRIES_MAX || archive.has_overlapping_files().map_err(unreadable)? {
        return Err(Refusal::Unreadable);
    }
    let names: Vec<String> = (archive.file_names())
        .map(|name| name.map(std::borrow::Cow::into_owned))
        .collect::<Result<_, _>>()
        .map_err(unreadable)?;
    let has = |name: &str| names.iter().any(|n| n.eq_ignore_ascii_case(name));
    if has("xl/workbook.bin") {
        return Err(Refusal::Binary);
    }
    if has("xl/vbaProject.bin") {
        return Err(Refusal::Macros);
    }
    let mut total = 0;
    let mut mimetype = Vec::new();
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).map_err(|error| match error {
            zip::result::ZipError::UnsupportedArchive(zip::result::ZipError::PASSWORD_REQUIRED) => {
                Refusal::Encrypted
            }
            _ => Refusal::Unreadable,
        })?;
        if entry.encrypted() {
            return Err(Refusal::Encrypted);
        }
        let name = entry.name().map_err(unreadable)?.into_owned();
        let keep = (name == "mimetype").then_some(&mut mimetype);
        unpack(&mut entry, &name, allowed, &mut total, keep)?;
    }
    if mimetype.starts_with(b"application/vnd.oasis.opendocument.spreadsheet") {
        return Ok(Kind::Ods);
    }
    if has("[Content_Types].xml") && names.iter().any(|n| n.starts_with("xl/")) {
        return Ok(Kind::Xlsx);
    }
    Err(Refusal::Unreadable)
}

/// Unpacks one part to nowhere, counting and looking for what must not be there.
fn unpack(
    entry: &mut dyn Read,
    name: &str,
    allowed: u64,
    total: &mut u64,
    mut keep: Option<&mut Vec<u8>>,
) -> Result<(), Refusal> {
    let mut screen = Screen::new(name);
    let mut buffer = vec![0; 64 << 10];
    loop {
        // An error here is a broken part: its checksum is wrong, or it ends too soon.
        let read = entry.read(&mut buffer).map_err(|_| Refusal::Unreadable)?;
        if read == 0 {
            return Ok(());
        }
        *total += read as u64;
        if *total > allowed {
            return Err(Refusal::Inflated);
        }
        screen.look(&buffer[..read])?;
        if let Some(keep) = keep.as_mut().filter(|keep| keep.len() < 100) {
            keep.extend_from_slice(&buffer[..read.min(100)]);
        }
    }
}

/// Looks for markup that the workbook reader would pass over, and for entities.
struct Screen {
    forbidden: &'static [&'static [u8]],
    last: Vec<u8>,
    first: bool,
}

impl Screen {
    /// A comment inside a cell's value (`1<!-- -->00`) cuts the value short in the workbook reader; spreadsheet
    /// programs write neither comments nor CDATA there.
    const SHEET: &'static [&'static [u8]] = &[b"<!--", b"<![CDATA[", b"<!DOCTYPE"];
    const OTHER: &'static [&'static [u8]] = &[b"<!DOCTYPE"];

    fn new(name: &str) -> Self {
        let lower = name.to_ascii_lowercase();
        let xml = [".xml", ".rels"].iter().any(|end| lower.ends_with(end));
        let forbidden = if lower.starts_with("xl/worksheets/") && xml {
            Self::SHEET
        } else if xml {
            Self::OTHER
        } else {
            &[]
        };
        Self {
            forbidden,
            last: Vec::new(),
            first: true,
        }
    }

    fn look(&mut self, piece: &[u8]) -> Result<(), Refusal> {
        if self.forbidden.is_empty() {
            return Ok(());
        }
        // In UTF-16 nothing would be found.
        let wide = matches!(
            piece,
            [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] | [0, ..] | [_, 0, ..]
        );
        if std::mem::replace(&mut self.first, false) && wide {
            return Err(Refusal::Hidden);
        }
        self.last.extend_from_slice(&piece[..piece.len().min(16)]);
        let found = |bytes: &[u8]| {
            let mut forbidden = self.forbidden.iter();
            forbidden.any(|word| memmem::find(bytes, word).is_some())
        };
        if found(&self.last) || found(piece) {
            return Err(Refusal::Hidden);
        }
        self.last = piece[piece.len().saturating_sub(16)..].to_vec();
        Ok(())
    }
}

/// An OLE file: a workbook of the old kind, or the envelope of one with a password.
fn compound<R: Read + Seek>(file: &mut R) -> Result<Kind, Refusal> {
    let name: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    rewind(file)?;
    let mut window = Vec::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = file.read(&mut buffer).map_err(|_| Refusal::Unreadable)?;
        if read == 0 {
            return Ok(Kind::Xls);
        }
        window.extend_from_slice(&buffer[..read]);
        if memmem::find(&window, &name).is_some() {
            return Err(Refusal::Encrypted);
        }
        window.drain(..window.len().saturating_sub(name.len()));
    }
}
