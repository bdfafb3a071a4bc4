/// Everything a key can do. Each has a key and a line in the help.
enum Action: String, CaseIterable, Hashable, Sendable {
  // Moving.
  case next, previous, first, last, pageDown, pageUp, halfPageDown, halfPageUp, nextGroup, previousGroup
  // The list.
  case fold, toggleOffline, menu, detail
  // Oneself.
  case online, away, busy, invisible, freeForChat, toggleAway, toggleBusy, editStatus, clearStatus
  case editName
  // People.
  case jumpToInvites, accept, deny, askBack, invite, remove
  // The program.
  case help, reconnect, redraw, suspend, cancel, quit
  // Within a prompt, a menu or a question.
  case submit, confirm, close

  /// What the help says of it.
  var help: String {
    switch self {
    case .next: "next person"
    case .previous: "previous person"
    case .first: "first person"
    case .last: "last person"
    case .pageDown: "a page down"
    case .pageUp: "a page up"
    case .halfPageDown: "half a page down"
    case .halfPageUp: "half a page up"
    case .nextGroup: "next group"
    case .previousGroup: "previous group"
    case .fold: "fold or open the group"
    case .toggleOffline: "offline people on/off"
    case .menu: "menu of the person"
    case .detail: "details on/off"
    case .online: "be online"
    case .away: "be away"
    case .busy: "be busy"
    case .invisible: "be invisible"
    case .freeForChat: "be free for chat"
    case .toggleAway: "away, and back"
    case .toggleBusy: "busy, and back"
    case .editStatus: "write your status text"
    case .clearStatus: "clear your status text"
    case .editName: "write your display name"
    case .jumpToInvites: "go to the invites"
    case .accept: "accept the invite"
    case .deny: "deny the invite"
    case .askBack: "ask back whom you accepted"
    case .invite: "ask to see somebody"
    case .remove: "remove from your list"
    case .help: "these keys"
    case .reconnect: "try to connect at once"
    case .redraw: "paint the screen anew"
    case .suspend: "suspend; fg comes back"
    case .cancel: "cancel; twice quits"
    case .quit: "quit"
    case .submit: "send, or choose"
    case .confirm: "yes"
    case .close: "leave without doing anything"
    }
  }
}
