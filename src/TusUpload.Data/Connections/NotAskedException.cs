using Npgsql;

namespace TusUpload.Data.Connections;

/// <summary>The database is away, and was so before it heard the question: nothing has changed there.</summary>
public sealed class NotAskedException(NpgsqlException inner) : NpgsqlException(inner.Message, inner);
