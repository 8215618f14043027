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
import { showAlertChange, showEverythingAnew } from './show-changes.ts';

const LiveContext = createContext<LiveConnection | undefined>(undefined);

/** Opens the stream for as long as somebody is signed in, and keeps the query cache true to it. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [connection] = useState(() => new LiveConnection());
  useEffect(() => {
    const end = connection.onChange((change) => {
      if (change.topic === 'alert') showAlertChange(queries, change.alert);
      else if (change.topic === 'delivery')
        void queries.invalidateQueries({ queryKey: ['deliveries'] });
      else showEverythingAnew(queries);
    });
    connection.open();
    return () => {
      end();
      connection.close();
    };
  }, [connection, queries]);
  return <LiveContext value={connection}>{children}</LiveContext>;
}

export function useLive(): LiveConnection {
  const connection = useContext(LiveContext);
  if (connection === undefined) throw new Error('useLive needs LiveProvider above it');
  return connection;
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
