import type { Edits, ExportFormat } from '#matting/edits/edits.ts';
import type { SubmitWire } from '#queue/wire.ts';
import type { Device } from '../device.ts';
import type { Unsubscribe } from '../observable.ts';
import { OnDemand } from '../on-demand.ts';
import { ChangeChannel } from '../store/change-channel.ts';
import type { SubmitOptions } from '../submit-options.ts';
import type { DeviceEdits, Submit } from './device-edits.ts';
import { editedItems, editsChannelOf } from './edited-items.ts';
import type {
  EditedItems,
  ExportControl,
  ExportedFile,
  ItemEdits,
  ItemRef,
  NotEditable,
  OpenItem,
} from './item-edits.ts';

/** Edits of the images on this device. All but what is edited is loaded when it is first asked for. */
export class EditsOnDemand implements ItemEdits {
  readonly #device: Device;
  readonly #submit: Submit;
  readonly #channel: ChangeChannel;
  readonly #all: OnDemand<DeviceEdits>;

  constructor(device: Device, submit: Submit, fetchPhoto?: (item: ItemRef) => Promise<Blob | undefined>) {
    this.#device = device;
    this.#submit = submit;
    this.#channel = new ChangeChannel(editsChannelOf(device.db));
    this.#all = new OnDemand(async () => {
      const { DeviceEdits } = await import('./device-edits.ts');
      return new DeviceEdits(device, submit, fetchPhoto);
    });
  }

  observe(listener: (edited: EditedItems) => void): Unsubscribe {
    let current = true;
    const tell = () => {
      editedItems(this.#device.db).then(
        (edited) => {
          if (current) listener(edited);
        },
        (cause: unknown) => {
          console.error('The edits could not be listed', cause);
        },
      );
    };
    tell();
    const stop = this.#channel.add(tell);
    return () => {
      current = false;
      stop();
    };
  }

  /** See `DeviceEdits.submit`; a plain cutout needs nothing of it. */
  async submit(file: Blob, name: string, options: SubmitOptions): Promise<SubmitWire> {
    if (isPlain(options)) return this.#submit(file, name, options);
    return (await this.#all.get()).submit(file, name, options);
  }

  async get(item: ItemRef): Promise<Edits | undefined> {
    return (await this.#all.get()).get(item);
  }

  async save(item: ItemRef, edits: Edits): Promise<void> {
    await (await this.#all.get()).save(item, edits);
  }

  async applyTo(items: readonly ItemRef[], edits: Edits): Promise<() => Promise<void>> {
    return (await this.#all.get()).applyTo(items, edits);
  }

  async reset(items: readonly ItemRef[]): Promise<void> {
    await (await this.#all.get()).reset(items);
  }

  async addPicture(image: Blob): Promise<string> {
    return (await this.#all.get()).addPicture(image);
  }

  async picture(id: string): Promise<Blob | undefined> {
    return (await this.#all.get()).picture(id);
  }

  async obstacle(item: ItemRef): Promise<NotEditable | undefined> {
    return (await this.#all.get()).obstacle(item);
  }

  async open(item: ItemRef): Promise<OpenItem> {
    return (await this.#all.get()).open(item);
  }

  async makeEditable(item: ItemRef): Promise<ItemRef> {
    return (await this.#all.get()).makeEditable(item);
  }

  async exportItem(item: ItemRef, control?: ExportControl): Promise<ExportedFile> {
    return (await this.#all.get()).exportItem(item, control);
  }

  async preview(item: ItemRef): Promise<Blob | undefined> {
    return (await this.#all.get()).preview(item);
  }

  async formats(): Promise<readonly ExportFormat[]> {
    return (await this.#all.get()).formats();
  }

  close(): void {
    this.#channel.close();
    this.#all.close();
  }
}

/** Whether nothing is asked for that edits do. */
function isPlain(options: SubmitOptions): boolean {
  const {
    format = 'png',
    background = 'transparent',
    output = 'cutout',
    crop = false,
    shadow = false,
  } = options;
  return format === 'png' && background === 'transparent' && output === 'cutout' && !crop && !shadow;
}
