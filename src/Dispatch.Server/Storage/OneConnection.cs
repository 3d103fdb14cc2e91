using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Dispatch.Server.Storage;

/// <summary>
/// When EF finds its connection closed it opens another and forgets the transaction without a word: what is saved then is committed by itself, half
/// a change, outside the lock it was made under. From <see cref="DispatchDb.BeginAsync"/> until its transaction has ended a context gets no second
/// connection.
/// </summary>
internal sealed class OneConnection : DbConnectionInterceptor, IDbTransactionInterceptor
{
    public override InterceptionResult ConnectionOpening(DbConnection connection, ConnectionEventData eventData, InterceptionResult result) => Refuse(eventData, result);

    public override ValueTask<InterceptionResult> ConnectionOpeningAsync(
        DbConnection connection, ConnectionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) => new(Refuse(eventData, result));

    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => End(eventData);

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default) => End(eventData);

    public void TransactionRolledBack(DbTransaction transaction, TransactionEndEventData eventData) => End(eventData);

    public Task TransactionRolledBackAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default) => End(eventData);

    private static InterceptionResult Refuse(ConnectionEventData about, InterceptionResult result) =>
        about.Context is DispatchDb { IsInTransaction: true } ? throw new TimeoutException("The database connection was lost within a transaction.") : result;

    private static Task End(TransactionEndEventData about)
    {
        (about.Context as DispatchDb)?.Ended();
        return Task.CompletedTask;
    }
}
