//! The way from a document's root down to what is cut out of it.

use std::fmt::Write as _;

/// The elements on the way, as a tree, and where in it the cutter stands.
#[derive(Debug)]
pub(super) struct Route {
    steps: Vec<Step>,
    /// The open elements that are on the way, from the document (which is no element) down.
    open: Vec<usize>,
}

#[derive(Debug, Default)]
struct Step {
    name: String,
    children: Vec<usize>,
    /// Which of the format's cuts it is.
    cut: Option<usize>,
    /// How many elements there have been at this step within the element around them.
    ordinal: u64,
}

impl Route {
    pub(super) fn new(cuts: &[Vec<String>]) -> Self {
        let mut route = Self {
            steps: vec![Step::default()],
            open: vec![0],
        };
        for (number, cut) in cuts.iter().enumerate() {
            let mut at = 0;
            for name in cut {
                at = route.child_of(at, name).unwrap_or_else(|| {
                    route.steps.push(Step {
                        name: name.clone(),
                        ..Step::default()
                    });
                    let child = route.steps.len() - 1;
                    route.steps[at].children.push(child);
                    child
                });
            }
            route.steps[at].cut = Some(number);
        }
        route
    }

    fn child_of(&self, at: usize, name: &str) -> Option<usize> {
        let mut children = self.steps[at].children.iter().copied();
        children.find(|&child| self.steps[child].name == name)
    }

    /// How many of the open elements are on the way.
    pub(super) fn depth(&self) -> usize {
        self.open.len() - 1
    }

    /// The step that an element of this name takes from the innermost one on the way.
    pub(super) fn next(&self, name: &str) -> Option<usize> {
        self.child_of(*self.open.last()?, name)
    }

    /// Which cut a step ends at, if it ends at one.
    pub(super) fn cut(&self, step: usize) -> Option<usize> {
        self.steps[step].cut
    }

    /// An element at this step begins: one is counted, and those within it anew.
    pub(super) fn enter(&mut self, step: usize) {
        self.steps[step].ordinal += 1;
        for child in self.steps[step].children.clone() {
            self.steps[child].ordinal = 0;
        }
        self.open.push(step);
    }

    /// The innermost element on the way ends.
    pub(super) fn leave(&mut self) {
        self.open.pop();
    }

    /// Counts an element that is cut out, and says where it stands, such as `/records/record[3]`: its own ordinal
    /// always, that of an element around it where it is not the first.
    pub(super) fn counted(&mut self, step: usize) -> String {
        self.steps[step].ordinal += 1;
        let mut path = String::new();
        for &at in self.open[1..].iter().chain([&step]) {
            let Step { name, ordinal, .. } = &self.steps[at];
            write!(path, "/{name}").expect("a string takes all");
            if at == step || *ordinal > 1 {
                write!(path, "[{ordinal}]").expect("a string takes all");
            }
        }
        path
    }
}
