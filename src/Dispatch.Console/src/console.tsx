import { render } from 'preact';

render(<p>指挥台</p>, document.getElementById('app')!);
