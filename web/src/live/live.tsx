import { useQueryClient } from '@tanstack/react-query';
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from 'react';
import { LiveConnection, type LiveState } from './live-connection.ts';
import { ShownChanges } from './show-changes.ts';

interface Live {
  connection: LiveConnection;
  shown: ShownChanges;
}
const LiveContext = createContext<Live | undefined>(undefined);

/** Opens the stream for as long as somebody is signed in, and keeps the query cache true to it. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [live] = useState(() => ({
    connection: new LiveConnection(),
    shown: new ShownChanges(queries),
  }));
  useEffect(() => {
    const { connection, shown } = live;
    const end = connection.onChange((change) => {
      if (change.topic === 'alert') shown.showAlert(change.alert);
      else if (change.topic === 'delivery') shown.askAgain(['deliveries', 'contacts']);
      else if (change.topic === 'refused') shown.askAgain(['session']);
      else if (change.topic === 'thing') shown.showThing(change.change);
      else shown.showEverything();
    });
    connection.open();
    return () => {
      end();
      connection.close();
    };
  }, [live]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

function useLiveParts(): Live {
  const live = useContext(LiveContext);
  if (live === undefined) throw new Error('useLive needs LiveProvider above it');
  return live;
}

export function useLive(): LiveConnection {
  return useLiveParts().connection;
}

/** For who changes something and knows the answer before the stream tells it. */
export function useShownChanges(): ShownChanges {
  return useLiveParts().shown;
}

export function useLiveState(): LiveState {
  const live = useLive();
  const subscribe = useCallback((listener: () => void) => live.onState(listener), [live]);
  return useSyncExternalStore(subscribe, () => live.state);
}

/** The newest values of one sensor heard live, by metric; draws again only when they change. */
export function useNewest(sensorId: string) {
  const { samples } = useLive();
  const subscribe = useCallback(
    (listener: () => void) => samples.watch(sensorId, listener),
    [samples, sensorId],
  );
  return useSyncExternalStore(subscribe, () => samples.newestOf(sensorId));
}
