//! The looks of the picture, for light and for dark pages.

/// The style sheet. Nothing is told by colour alone: lines differ in their dashes, boxes name their verb.
pub(super) const SHEET: &str = "\
text { font-family: Helvetica, Arial, 'Liberation Sans', sans-serif; font-size: 12px; fill: #1b1f24 }
.page { fill: #ffffff }
.heading { font-size: 18px; font-weight: bold }
.quiet, .words, .stay { fill: #57606a }
.name { font-size: 13px; font-weight: bold }
.verb { font-size: 11px; text-anchor: end }
.words, .stay { font-size: 11px }
.key { fill: #ffffff; stroke: #57606a }
.key-text { font-size: 11px; font-weight: bold; text-anchor: middle }
.box { stroke-width: 1.2 }
.inner { fill: none; stroke-width: 1 }
.start .box { stroke-width: 2.6 }
.mark { stroke: none }
.frame { fill: none; stroke: #8b949e; stroke-dasharray: 1 3 }
.speak .box { fill: #eef4fd; stroke: #3b6fb6 } .speak .verb, .speak .mark { fill: #2a5690 }
.ask .box { fill: #f4effd; stroke: #7650b8 } .ask .verb, .ask .mark { fill: #5c3a99 }
.decide .box { fill: #f3f5f7; stroke: #6b7680 } .decide .verb, .decide .mark { fill: #4d565e }
.reach .box { fill: #e8f7f6; stroke: #1d7f7a } .reach .verb, .reach .mark { fill: #14605c }
.person .box, .person .inner { fill: #eaf7ec; stroke: #2f7d3b } .person .verb, .person .mark { fill: #22602c }
.finish .box, .finish .inner { fill: #fcefee; stroke: #a3423b } .finish .verb, .finish .mark { fill: #85332d }
.way { fill: none; stroke-width: 1.4 }
.way.plain { stroke: #57606a }
.way.voice { stroke: #57606a; stroke-width: 1.8; stroke-dasharray: 1.8 3.6 }
.way.error { stroke: #c2410c; stroke-dasharray: 7 4 }
.tip.plain, .tip.voice { fill: #57606a }
.tip.error { fill: #c2410c }
.plate { fill: #ffffff }
.label { font-size: 11px; text-anchor: middle }
.label.error { fill: #b23a08 }
.label.voice { font-style: italic }
@media (prefers-color-scheme: dark) {
text, .label.plain, .label.voice { fill: #e6edf3 }
.page, .plate { fill: #0d1117 }
.quiet, .words, .stay { fill: #9aa4af }
.key { fill: #21262d; stroke: #8b949e }
.speak .box { fill: #12233c; stroke: #5b8fd6 } .speak .verb, .speak .mark { fill: #9cc1f5 }
.ask .box { fill: #241a3a; stroke: #9a78dc } .ask .verb, .ask .mark { fill: #c9b2f7 }
.decide .box { fill: #1c2229; stroke: #7d8893 } .decide .verb, .decide .mark { fill: #b6c0ca }
.reach .box { fill: #0d2b2a; stroke: #35a39d } .reach .verb, .reach .mark { fill: #7fd8d2 }
.person .box, .person .inner { fill: #11291a; stroke: #4aa65a } .person .verb, .person .mark { fill: #93d9a0 }
.finish .box, .finish .inner { fill: #321a18; stroke: #cf6b63 } .finish .verb, .finish .mark { fill: #f0a8a2 }
.way.plain, .way.voice { stroke: #9aa4af }
.way.error { stroke: #ff8a4c }
.tip.plain, .tip.voice { fill: #9aa4af }
.tip.error { fill: #ff8a4c }
.label.error { fill: #ff9d66 }
}
";
