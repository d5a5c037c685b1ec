export const page = {
  'page.title': 'Offcut: Hintergründe auf dem eigenen Gerät entfernen',
  'page.title.working': '{done} von {total} · Offcut',
  'page.close': 'Schließen',
  'page.dismiss': 'Schließen',
  'page.undo': 'Rückgängig',
  'page.deleted': { one: '{count} Bild gelöscht.', other: '{count} Bilder gelöscht.' },
  'page.engine.again':
    'Der Rechenkern war stehen geblieben und wurde neu gestartet. Das Bild, an dem er arbeitete, wird noch einmal versucht.',
  'page.update.ready': 'Eine neuere Version von Offcut ist bereit.',
  'page.update.now': 'Jetzt aktualisieren',
  'page.update.when-done': 'Danach aktualisieren',
  'page.update.will': 'Offcut aktualisiert sich, sobald alle Bilder fertig sind.',
  'page.install.offer': 'Offcut installieren: Es öffnet sich wie jede andere App und arbeitet ohne Netz.',
  'page.install.action': 'Installieren',
  'page.install.ios': 'So installieren Sie Offcut: auf „Teilen“ tippen, dann auf „Zum Home-Bildschirm“.',
  'page.not-added': '{name} wurde nicht hinzugefügt. {reason}',
  'page.more-not-added': {
    one: '{count} weiteres Bild konnte auch nicht hinzugefügt werden.',
    other: '{count} weitere Bilder konnten auch nicht hinzugefügt werden.',
  },
  'page.unopened.title': 'Offcut kann in diesem Browser nicht arbeiten',
  'page.unopened.private':
    'In einem privaten Fenster speichern manche Browser nichts: Versuchen Sie es in einem gewöhnlichen.',
  'page.unopened.browsers':
    'Jeder Browser der letzten zwei Jahre ist geeignet: Chrome, Edge, Firefox oder Safari.',
  'page.unopened.server':
    'Ein Offcut-Server nimmt weiterhin Bilder an: über seine REST-Schnittstelle und die Befehlszeile.',
  'page.lost.title': 'Diese Seite gibt es nicht',
  'page.lost': 'Vielleicht ist ein Fehler in der Adresse. Ihre Bilder sind, wo sie waren.',
  'page.broken.title': 'Etwas ist schiefgegangen',
  'page.broken': 'Die Seite konnte nicht gezeigt werden. Ihre Bilder sind sicher auf diesem Gerät.',
  'page.home': 'Zum Anfang',
  'page.try-again': 'Noch einmal versuchen',
  'page.models': 'Modelle',
  'page.storage.low':
    'Der Speicher des Browsers ist fast voll (noch {free} frei). Bilder, die nicht hineinpassen, werden nicht hinzugefügt.',
  'page.storage.full':
    'Der Speicher des Browsers ist voll. Was da ist, bleibt; löschen Sie fertige Bilder, um Platz für mehr zu schaffen.',
  'page.storage.low.delete': 'Fertige Bilder löschen',
  'page.storage.memory':
    'Dieses Browserfenster speichert nichts (ein privates Fenster?). Offcut funktioniert, hält Bilder aber nur im Arbeitsspeicher: Sie sind weg, sobald Sie diesen Tab schließen. Laden Sie die Ergebnisse vorher herunter.',
  'page.saved-to': {
    one: '{count} Bild in „{folder}“ gespeichert.',
    other: '{count} Bilder in „{folder}“ gespeichert.',
  },
  'page.copied': '{name} ist in der Zwischenablage.',
  'page.moved': 'Nummer {place} von {total}, die warten.',
} as const;
