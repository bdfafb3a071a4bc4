internal import PorchlightConfig
internal import Ports
internal import Screen

/// The picture of a model on a screen of that size. Keeps nothing: the same arguments give the same picture, and it is
/// as large as the screen, whatever it shows.
func view(_ model: Model, _ size: Size, now: Moment) -> Grid {
  let plan = model.plan(for: size)
  var painter = Painter(size: size, style: model.look[.text])
  switch plan.shape {
  case .line: painter.within(plan.counts) { CountsLine(model: model, now: now).drawNumbers(&$0) }
  case .compact: drawCompact(model, plan, now, &painter)
  case .full: drawFull(model, plan, now, &painter)
  }
  if plan.shape != .line {
    for layer in model.layers.layers { drawLayer(layer, model, plan, &painter) }
  }
  return model.look.showsUnicode ? painter.grid.isolatingRightToLeft : painter.grid.asciiOnly
}

/// What was heard last and may not be so any more is there to be read, and looks it. Why that is, and the keys,
/// are not dimmed.
private func dim(_ painter: inout Painter) {
  painter.restyle(Rect(painter.size)) { $0.attributes.insert(.dim) }
}

private func drawAlert(_ model: Model, _ plan: ScreenPlan, _ painter: inout Painter) {
  painter.within(plan.alert) { painter in
    let lines = model.alert(width: painter.size.columns - 2)
    for (row, line) in lines.prefix(painter.size.rows).enumerated() {
      painter.put(line, row: row, column: 1, style: model.look[.warning])
    }
  }
}

private func drawList(_ model: Model, _ plan: ScreenPlan, _ now: Moment, _ painter: inout Painter) {
  let window = model.list.lines.window(near: model.list.scroll, height: plan.list.rows)
  let document = RosterDocument(model, window, now: now)
  painter.within(plan.list) { RosterView(look: model.look, shape: plan.shape).draw(document, &$0) }
}

private func drawCompact(_ model: Model, _ plan: ScreenPlan, _ now: Moment, _ painter: inout Painter) {
  drawList(model, plan, now, &painter)
  if model.server.connection.isLost { dim(&painter) }
  drawAlert(model, plan, &painter)
  let prompt = PromptLine(model: model)
  painter.within(plan.keys) { painter in
    if prompt.isOpen {
      prompt.draw(&painter)
    } else if let notice = model.notices.current {
      KeyLine(model: model, now: now).draw(notice, &painter)
    } else {
      CountsLine(model: model, now: now, showsOwn: true).draw(&painter)
    }
  }
  if prompt.isOpen, prompt.hasNote {
    let last = Rect(row: plan.list.endRow - 1, column: 0, rows: 1, columns: plan.list.columns)
    painter.within(last) { prompt.drawNote(&$0) }
  }
}

private func drawFull(_ model: Model, _ plan: ScreenPlan, _ now: Moment, _ painter: inout Painter) {
  let look = model.look
  for rule in plan.rules {
    painter.within(rule) { $0.horizontalRule(look.glyphs.horizontal, row: 0, style: look[.frame]) }
  }
  painter.within(plan.title) { TitleBar(model: model).draw(&$0) }
  painter.within(plan.counts) {
    CountsLine(model: model, now: now, showsMoved: plan.columnTitles.isEmpty).draw(&$0)
  }
  painter.within(plan.columnTitles) {
    RosterView(look: look, shape: plan.shape).drawTitles(waiting: model.list.order.waitingText, &$0)
  }
  drawList(model, plan, now, &painter)
  let detail = DetailPane(model: model, now: now)
  painter.within(plan.sidePane) { detail.drawBeside(&$0) }
  painter.within(plan.bottomPane) { detail.drawBelow(&$0) }
  painter.within(plan.feed) { FeedLine(model: model).draw(&$0) }
  if model.server.connection.isLost { dim(&painter) }
  drawAlert(model, plan, &painter)
  let prompt = PromptLine(model: model)
  let keys = KeyLine(model: model, now: now, hasStatusKeys: !plan.statusKeys.isEmpty)
  painter.within(plan.statusKeys) { keys.drawStatusKeys(&$0) }
  if prompt.isOpen {
    // Where the feed has no line of its own, what is wrong is said on the line above all the same.
    let above = Rect(row: plan.keys.row - 1, column: 0, rows: 1, columns: plan.keys.columns)
    painter.within(above) { prompt.drawNote(&$0) }
    painter.within(plan.keys) { prompt.draw(&$0) }
  } else {
    painter.within(plan.keys) { keys.draw(&$0) }
  }
}

private func drawLayer(_ layer: Layer, _ model: Model, _ plan: ScreenPlan, _ painter: inout Painter) {
  switch layer {
  case .help(let top): HelpOverlay(look: model.look, keymap: model.keymap, top: top).draw(&painter)
  case .menu(let menu): PersonMenu(model: model, menu: menu).draw(in: plan.list, &painter)
  case .farewell(let error): Farewell(look: model.look, error: error).draw(&painter)
  // These have the last lines, which are drawn already.
  case .prompt, .commandPrompt, .confirmation: break
  }
}
