export const server = {
  'server.title': 'Server',
  'server.what':
    'Ein eigener Server kann die Arbeit machen: für große Modelle, für schwache Geräte und damit alle Geräte mit demselben Schlüssel dieselben Bilder sehen. Ohne ihn verlässt nichts dieses Gerät.',
  'server.sent': 'Was gesendet wird',
  'server.sent.detail':
    'Fotos, die auf dem Server laufen sollen, mit Dateinamen und Einstellungen; und dass Sie sie abbrechen, wiederholen oder löschen. Der Server behält Foto und Ergebnis, bis Sie das Bild löschen oder seine Frist dort abläuft.',
  'server.stays': 'Was hier bleibt',
  'server.stays.detail':
    'Fotos, die auf diesem Gerät laufen, alle Bearbeitungen und Ihre Einstellungen. Ergebnisse kommen vom Server auf dieses Gerät und bleiben da, auch offline.',
  'server.which': 'Welcher Server',
  'server.which.own': 'Der dieser Seite',
  'server.which.other': 'Ein anderer',
  'server.address': 'Adresse',
  'server.key': 'API-Schlüssel',
  'server.key.hint':
    'Nur wenn der Server einen verlangt; wer ihn betreibt, erzeugt ihn. Er bleibt auf diesem Gerät und geht nur an diesen Server.',
  'server.not-encrypted':
    'Diese Adresse ist nicht verschlüsselt: Andere auf dem Weg sehen Fotos und Schlüssel. Nehmen Sie https://, wenn der Server es kann.',
  'server.connect': 'Verbinden',
  'server.connecting': 'Der Server wird gefragt…',
  'server.error.address':
    'Das ist keine Adresse eines Servers. Geben Sie eine ein wie https://offcut.example.com.',
  'server.error.own-unreachable': 'Der Server dieser Seite antwortet nicht. Ist dieses Gerät online?',
  'server.error.own-invalid':
    'Diese Seite kommt von keinem Offcut-Server. Geben Sie unter „Ein anderer“ die Adresse eines solchen ein.',
  'server.error.unreachable':
    '{host} ist von hier nicht zu benutzen. Stimmt die Adresse, und läuft der Server? Er muss diese Seite auch zulassen: OFFCUT_CORS_ORIGINS={origin}',
  'server.error.invalid': 'Was bei {host} antwortet, ist kein Offcut-Server.',
  'server.error.key_missing': 'Dieser Server verlangt einen API-Schlüssel.',
  'server.error.key_invalid': 'Der Server kennt diesen Schlüssel nicht, oder er wurde widerrufen.',
  'server.state.connecting': 'Der Server wird gefragt…',
  'server.state.online': 'Verbunden',
  'server.state.busy': 'Verbunden, Austausch läuft…',
  'server.state.offline': 'Der Server antwortet nicht',
  'server.state.refused': 'Der Server lässt dieses Gerät nicht mehr zu',
  'server.own': 'Der Server dieser Seite',
  'server.synced': 'Zuletzt auf gleichem Stand: {time}',
  'server.synced.never': 'Noch nicht auf gleichem Stand',
  'server.outbox.none': 'Nichts wartet aufs Senden.',
  'server.outbox': {
    one: '{count} Änderung wartet aufs Senden.',
    other: '{count} Änderungen warten aufs Senden.',
  },
  'server.incoming': {
    one: '{count} Ergebnis muss noch hierher kommen.',
    other: '{count} Ergebnisse müssen noch hierher kommen.',
  },
  'server.offline.do':
    'Es wird von selbst wieder versucht. Was für ihn bestimmt ist, wartet hier, auch bei geschlossener Seite, und geht ab, sobald er antwortet. Ein wartendes Bild kann auch auf diesem Gerät laufen: Der Knopf ist auf seiner Karte.',
  'server.refused.do':
    'Nichts wird gesendet, bis Sie sich neu verbinden, vielleicht mit einem anderen Schlüssel. Was wartet, bleibt erhalten.',
  'server.try-now': 'Jetzt versuchen',
  'server.reconnect': 'Neu verbinden…',
  'server.disconnect': 'Trennen…',
  'server.disconnect.what':
    'Fertige Bilder bleiben hier. Was noch nicht gesendet ist, läuft auf diesem Gerät. Was der Server nicht fertig hat, gilt hier als gescheitert und kann auf diesem Gerät wiederholt werden; der Server behält, was er hat.',
  'server.disconnect.now': 'Trennen',
  'server.disconnect.not': 'Verbunden bleiben',
  'server.place': 'Wo neue Bilder laufen',
  'server.place.device': 'Dieses Gerät',
  'server.place.server': 'Server',
  'server.place.auto': 'Auto',
  'server.place.device.detail': 'Neue Bilder bleiben auf diesem Gerät.',
  'server.place.server.detail': 'Neue Bilder gehen an den Server. Offline warten sie auf ihn.',
  'server.why.not-connected': 'Jetzt auf diesem Gerät: Kein Server lässt es zu.',
  'server.why.model-not-there': 'Jetzt auf diesem Gerät: Der Server hat das Modell nicht.',
  'server.why.model-not-here': 'Jetzt auf dem Server: Das Modell ist nicht auf diesem Gerät.',
  'server.why.unreachable': 'Jetzt auf diesem Gerät: Der Server antwortet nicht.',
  'server.why.graphics-card': 'Jetzt auf diesem Gerät: Seine Grafikkarte ist schnell.',
  'server.why.big-model':
    'Jetzt auf dem Server: Das Modell ist groß, und diesem Gerät fehlt eine Grafikkarte dafür.',
  'server.why.weak-device': 'Jetzt auf dem Server: Dieses Gerät ist nicht stark.',
  'server.why.strong-device': 'Jetzt auf diesem Gerät: Es ist stark genug.',
  'server.badge.waiting': { one: '{count} wartet', other: '{count} warten' },
  'server.badge.offline': 'Server fort',
  'server.badge.refused': 'Server: kein Zutritt',
  'server.settings': 'Server-Einstellungen',
} as const;
