//! Paths by which a format file says where something stands in XML.

use super::reader::is_name;

/// A path that goes up further than elements are nested leads nowhere.
const UP_MAX: usize = 64;

/// Where an XML field's text stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct XmlPath {
    /// Whether it counts from the root (a value that records inherit, from before the first record) or from the record.
    pub from_root: bool,
    /// The part that it counts from, where that is not the record itself.
    pub part: Option<String>,
    /// How many elements it goes up first.
    pub up: usize,
    /// Element names on the way; `Part[2]`, in a record only, is the second of its name.
    pub elements: Vec<String>,
    /// The attribute, if it is not the element's text.
    pub attribute: Option<String>,
}

impl std::fmt::Display for XmlPath {
    /// As a format file writes it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.from_root {
            f.write_str("/")?;
        }
        let part = self.part.iter().map(|part| format!("${part}"));
        let up = std::iter::repeat_n("..".to_owned(), self.up);
        let steps: Vec<String> = part
            .chain(up)
            .chain(self.elements.iter().cloned())
            .collect();
        f.write_str(&steps.join("/"))?;
        match &self.attribute {
            Some(attribute) => write!(f, "@{attribute}"),
            None => Ok(()),
        }
    }
}

/// Paths with `|` between them; `None`: one of them is none, or some count from the root and others do not.
pub(super) fn paths(text: &str) -> Option<Vec<XmlPath>> {
    let paths: Option<Vec<XmlPath>> = text.split('|').map(path).collect();
    paths.filter(|paths| {
        paths
            .iter()
            .all(|path| path.from_root == paths[0].from_root)
    })
}

/// A path such as `Customer/Name`, `Part[2]/Name`, `Amount@currency`, `@kind`, `/File/Header/Date`, `../../Number` or
/// `$holder/Name`.
pub(crate) fn path(text: &str) -> Option<XmlPath> {
    let path = location(text)?;
    let inside = path.attribute.is_some() && !path.from_root;
    let somewhere = !path.elements.is_empty() || inside || path.part.is_some() && path.up == 0;
    somewhere.then_some(path)
}

/// As [`path`], or the way up alone, `../..`, or none: `.`.
pub(super) fn location(text: &str) -> Option<XmlPath> {
    let mut rest = text.trim();
    let from_root = rest.starts_with('/');
    let mut part = None;
    if let Some(named) = rest.strip_prefix('$') {
        let end = named.find(['/', '@']).unwrap_or(named.len());
        part = Some(named[..end].to_owned());
        rest = &named[end..];
        rest = rest.strip_prefix('/').unwrap_or(rest);
    }
    rest = rest.strip_prefix('/').filter(|_| from_root).unwrap_or(rest);
    let mut up = 0;
    while let Some(after) = rest.strip_prefix("..").filter(|_| !from_root) {
        rest = match after.strip_prefix('/') {
            Some(after) => after,
            None if after.is_empty() || after.starts_with('@') => after,
            None => return None,
        };
        up += 1;
    }
    if rest == "." {
        rest = "";
    }
    let (elements, attribute) = match rest.split_once('@') {
        Some((elements, attribute)) => (elements, Some(attribute.to_owned())),
        None => (rest, None),
    };
    let elements = elements
        .strip_suffix('/')
        .filter(|_| attribute.is_some())
        .unwrap_or(elements);
    let elements: Vec<String> = if elements.is_empty() {
        Vec::new()
    } else {
        elements.split('/').map(str::to_owned).collect()
    };
    let good = |element: &String| match positioned(element) {
        (name, Some(_)) => !from_root && is_name(name),
        (name, None) => is_name(name),
    };
    let named =
        elements.iter().all(good) && attribute.iter().chain(&part).all(|name| is_name(name));
    (named && up <= UP_MAX).then_some(XmlPath {
        from_root,
        part,
        up,
        elements,
        attribute,
    })
}

/// Which of the elements of one name a step means, from 1; both ends are meant.
pub(crate) type Positions = (u32, u32);

/// The name of a step of a path, and which of the elements of that name it means: `Part[2]`, or `Part[2+]`, the second
/// and all after it. `None`: whichever.
pub(crate) fn positioned(step: &str) -> (&str, Option<Positions>) {
    let positions = step
        .strip_suffix(']')
        .and_then(|step| step.split_once('['))
        .and_then(|(name, number)| {
            let (number, on) = match number.strip_suffix('+') {
                Some(number) => (number, true),
                None => (number, false),
            };
            let number: u32 = number.parse().ok()?;
            Some((name, (number, if on { u32::MAX } else { number })))
        })
        .filter(|(_, (number, _))| (1..=1000).contains(number));
    match positions {
        Some((name, positions)) => (name, Some(positions)),
        None => (step, None),
    }
}
