interface Props {
  /** Null: as large as fits. */
  zoom: number | null;
  onZoom: (zoom: number | null) => void;
}

/** How large the drawing is. */
export function Zoom({ zoom, onZoom }: Props) {
  const step = (by: number) => onZoom((zoom ?? 1) * by);
  return (
    <div class="zoom">
      <button type="button" aria-label="Smaller" onClick={() => step(0.8)}>
        −
      </button>
      <button type="button" aria-pressed={zoom === null} onClick={() => onZoom(null)}>
        fit
      </button>
      <button type="button" aria-pressed={zoom === 1} onClick={() => onZoom(1)}>
        100 %
      </button>
      <button type="button" aria-label="Larger" onClick={() => step(1.25)}>
        +
      </button>
    </div>
  );
}
