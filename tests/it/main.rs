//! One binary for all tests of the whole: it links once.

mod audit;
mod bank;
mod card_orders;
mod cards;
mod cli;
mod collect;
mod compare;
mod covers;
mod crash;
mod credit_life;
mod delimited;
mod demo;
mod docs;
mod identifiers;
mod lines;
mod living;
mod loans;
mod pain002;
mod promise;
mod purge;
mod seals;
mod supply;
mod tidy;
mod torture;
mod workbooks;
mod xml;
