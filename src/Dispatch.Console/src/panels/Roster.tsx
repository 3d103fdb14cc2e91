export const Roster = () => <main class="roster" />;
